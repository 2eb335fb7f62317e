/** Who this machine's programs ask for names: one block in resolv.conf for all sessions, or systemd-resolved per link. */
package io.kubetun.host.resolver;
