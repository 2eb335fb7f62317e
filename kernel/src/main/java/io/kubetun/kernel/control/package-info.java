/** The control socket: how one kubetun process asks another about its sessions. */
package io.kubetun.kernel.control;
