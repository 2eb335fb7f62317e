package io.kubetun.testkit.tls;

import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;

/** The TLS side of the API server: its certificate, and what a client's certificate proves. Thread-safe. */
public final class ServerTls {
    private static final List<String> NAMES = List.of(
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local");

    private final CertificateAuthority authority;
    private final SSLContext context;

    /**
     * Makes a server certificate for loopback and the usual names of an API server.
     *
     * @param authority who signs it, and the clients'
     * @throws GeneralSecurityException if the JDK refuses
     */
    public ServerTls(CertificateAuthority authority) throws GeneralSecurityException {
        this.authority = authority;
        Identity server = authority.server(NAMES, List.of(InetAddress.ofLiteral("127.0.0.1")));
        // Netty's context would read the JDK's whole list of public authorities first.
        context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new ServerKey(server.key(), server.certificate(), authority.certificate())},
                new TrustManager[] {new AnyClient(authority.certificate())},
                null);
    }

    /**
     * Makes the handler of a new connection.
     *
     * @return a handler that asks for a client certificate and goes on without
     */
    public SslHandler newHandler() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setWantClientAuth(true);
        return new SslHandler(engine);
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
