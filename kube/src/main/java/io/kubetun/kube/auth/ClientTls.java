package io.kubetun.kube.auth;

import io.kubetun.kube.config.PemSource;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Makes the TLS context of a client from PEM. */
final class ClientTls {
    private static final String VERIFY_HOST = "HTTPS";

    private ClientTls() {}

    /**
     * Makes a context of the JDK's TLS.
     *
     * @param authority the certificates that the server's must lead to; empty for those of the machine
     * @param insecure whether to trust any server
     * @param certificate the client's certificate chain
     * @param key its key
     * @return the context
     * @throws IOException if something cannot be read or understood; the message says what and where
     */
    static SslContext context(
            Optional<PemSource> authority, boolean insecure, Optional<PemSource> certificate, Optional<PemSource> key)
            throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .endpointIdentificationAlgorithm(insecure ? null : VERIFY_HOST);
        if (insecure) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (authority.isPresent()) {
            builder.trustManager(certificates(authority.get()));
        }
        if (certificate.isPresent() && key.isPresent()) {
            builder.keyManager(key(key.get()), certificates(certificate.get()));
        } else if (certificate.isPresent() || key.isPresent()) {
            throw new IOException(
                    "there is a client " + (key.isPresent() ? "key, but no certificate" : "certificate, but no key"));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IOException("the certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static X509Certificate[] certificates(PemSource source) throws IOException {
        byte[] pem = read(source).getBytes(StandardCharsets.ISO_8859_1);
        try {
            Collection<X509Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (found.isEmpty()) {
                throw new IOException("there is no certificate in " + source.origin());
            }
            return found.toArray(X509Certificate[]::new);
        } catch (CertificateException e) {
            throw new IOException("there is no certificate in PEM in " + source.origin(), e);
        }
    }

    private static PrivateKey key(PemSource source) throws IOException {
        try {
            return PemKey.parse(read(source));
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage() + " (" + source.origin() + ")", e);
        }
    }

    private static String read(PemSource source) throws IOException {
        try {
            return source.read();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + source.origin(), e);
        } catch (IOException e) {
            throw new IOException("the file " + source.origin() + " cannot be read", e);
        }
    }
}
