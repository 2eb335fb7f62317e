package io.kubetun.testkit.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The TLS side of the API server: its certificate, and what a client's certificate proves. Thread-safe. */
public final class ServerTls {
    private static final List<String> NAMES = List.of(
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local");

    private final CertificateAuthority authority;
    private final SslContext context;

    /**
     * Makes a server certificate for loopback and the usual names of an API server.
     *
     * @param authority who signs it, and the clients'
     * @throws GeneralSecurityException if the JDK refuses
     * @throws SSLException if the context cannot be made
     */
    public ServerTls(CertificateAuthority authority) throws GeneralSecurityException, SSLException {
        this.authority = authority;
        Identity server = authority.server(NAMES, List.of(InetAddress.ofLiteral("127.0.0.1")));
        context = SslContextBuilder.forServer(server.key(), server.certificate(), authority.certificate())
                .sslProvider(SslProvider.JDK)
                .trustManager(new AnyClient(authority.certificate()))
                .clientAuth(ClientAuth.OPTIONAL)
                .build();
    }

    /**
     * Returns the context to accept connections with.
     *
     * @return the context
     */
    public SslContext context() {
        return context;
    }

    /**
     * Says whether the client showed a certificate.
     *
     * @param handler the connection's handler, its handshake done
     * @return the certificate, trusted or not
     */
    public static Optional<X509Certificate> shown(SslHandler handler) {
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    /**
     * Says whom a certificate proves.
     *
     * @param certificate what the client showed
     * @return the common name; empty if it is not signed here or not valid now
     */
    public Optional<String> user(X509Certificate certificate) {
        try {
            certificate.verify(authority.certificate().getPublicKey());
            certificate.checkValidity();
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
        for (String part : certificate.getSubjectX500Principal().getName().split(",", -1)) {
            if (part.startsWith("CN=")) {
                return Optional.of(part.substring(3));
            }
        }
        return Optional.empty();
    }
}
