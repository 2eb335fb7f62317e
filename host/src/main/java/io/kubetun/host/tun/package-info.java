/** TUN devices, and the routes that lead into them. */
package io.kubetun.host.tun;
