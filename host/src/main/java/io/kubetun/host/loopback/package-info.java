/** Addresses of the loopback device, where they do not work by themselves. */
package io.kubetun.host.loopback;
