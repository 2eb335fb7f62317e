package io.kubetun.kube.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * All that must be known to talk to an API server.
 *
 * @param context the context's name, or {@code in-cluster}
 * @param server its base
 * @param namespace the active namespace
 * @param authority the certificates that the server's must lead to; empty for those of the machine
 * @param insecure whether the certificate is not checked
 * @param tlsServerName the name that the certificate must have, if not the host's
 * @param proxy the proxy in front of it
 * @param login how the user proves who they are
 * @param requestTimeout how long one request may take; zero for no limit
 * @param clusterDomain the cluster's DNS domain
 */
public record Connection(
        String context,
        URI server,
        String namespace,
        Optional<PemSource> authority,
        boolean insecure,
        Optional<String> tlsServerName,
        Optional<URI> proxy,
        Login login,
        Duration requestTimeout,
        String clusterDomain) {}
