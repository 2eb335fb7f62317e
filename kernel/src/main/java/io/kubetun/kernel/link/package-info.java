/**
 * The link: one HTTP/2 connection over any byte stream that carries many flows. TCP by CONNECT (RFC 9113, 8.5), UDP by
 * connect-udp (RFC 9298), pings as requests of their own. Who opens flows is independent of who dialled the connection.
 */
package io.kubetun.kernel.link;
