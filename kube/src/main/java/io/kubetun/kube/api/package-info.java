/**
 * HTTP/1.1 to the API server on blocking sockets and virtual threads: one connection a watch, a few kept for requests.
 * It goes the same way as the port-forward (proxy, TLS name, credentials), which the JDK's own client cannot: it has no
 * SOCKS proxy and no way to set the name that TLS says.
 */
package io.kubetun.kube.api;
