/** A session without anybody in front of it: for systemd, containers and CI. */
package io.kubetun.distribution.serve;
