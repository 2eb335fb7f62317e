package io.kubetun.kube.portforward;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** The API server as the port-forward needs it: address, TLS, credentials. Thread-safe. */
public interface ApiServer {
    /**
     * Returns its base, such as {@code https://10.0.0.1:6443} or {@code https://rancher/k8s/clusters/c-1}.
     *
     * @return http or https, with the port or without, with or without a path
     */
    URI base();

    /**
     * Returns the TLS context of a client with the kubeconfig's CA and client certificate; empty for plain http.
     *
     * @return the context, the same one until the credentials change
     */
    Optional<SslContext> tls();

    /**
     * Returns the name that the certificate is checked against and that SNI says.
     *
     * @return {@code tls-server-name}, or the host of {@link #base}; empty if the kubeconfig says not to verify
     */
    Optional<String> tlsServerName();

    /**
     * Returns the proxy in front of it.
     *
     * @return {@code http://[user:password@]host:port} or {@code socks5://host:port}, or empty for none
     */
    Optional<URI> proxy();

    /**
     * Returns what proves who the user is. May run an exec plugin: blocks, so never on an event loop.
     *
     * @param refused what a request got a 401 with; if there is nothing newer yet, new ones are asked for
     * @return the credentials to use now
     * @throws IOException if no credentials are to be had; the message says why
     */
    Credentials credentials(Optional<Credentials> refused) throws IOException;
}
