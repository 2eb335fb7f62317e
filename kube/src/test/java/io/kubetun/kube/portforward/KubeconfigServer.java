package io.kubetun.kube.portforward;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server of a kubeconfig with one cluster and one user with a client certificate. */
final class KubeconfigServer implements ApiServer {
    private final URI base;
    private final SslContext tls;

    KubeconfigServer(Path file) throws IOException {
        String text = Files.readString(file);
        base = URI.create(value(text, "server").replace("\"", ""));
        tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(decoded(text, "certificate-authority-data"))
                .keyManager(decoded(text, "client-certificate-data"), decoded(text, "client-key-data"))
                .build();
    }

    private static InputStream decoded(String text, String key) {
        return new ByteArrayInputStream(Base64.getDecoder().decode(value(text, key)));
    }

    private static String value(String text, String key) {
        Matcher matcher = Pattern.compile(key + ": *([^,}\\s]+)").matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + key);
        }
        return matcher.group(1);
    }

    @Override
    public URI base() {
        return base;
    }

    @Override
    public Optional<SslContext> tls() {
        return Optional.of(tls);
    }

    @Override
    public Optional<String> tlsServerName() {
        return Optional.of(base.getHost());
    }

    @Override
    public Optional<URI> proxy() {
        return Optional.empty();
    }

    @Override
    public Credentials credentials(Optional<Credentials> refused) {
        return new Credentials(Map.of(), 0);
    }
}
