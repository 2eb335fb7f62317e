package io.kubetun.kube.auth;

import io.kubetun.kube.config.Connection;
import io.kubetun.kube.config.Login;
import io.kubetun.kube.config.PemSource;
import io.kubetun.kube.portforward.ApiServer;
import io.kubetun.kube.portforward.Credentials;
import io.kubetun.spi.Progress;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The API server as the kubeconfig describes it. */
public final class KubeApiServer implements ApiServer {
    private final Connection connection;
    private final Optional<ExecLogin> exec;
    private final Optional<TokenFile> tokenFile;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Tls tls;

    /**
     * Reads certificates and key; runs no program and opens no connection.
     *
     * @param connection what the kubeconfig says
     * @param progress where messages of an exec plugin go
     * @throws IOException if certificates or key cannot be read; the message says which
     */
    public KubeApiServer(Connection connection, Progress progress) throws IOException {
        this.connection = connection;
        this.exec = connection.login().method() instanceof Login.Exec settings
                ? Optional.of(new ExecLogin(new ExecPlugin(settings, progress), InstantSource.system()))
                : Optional.empty();
        this.tokenFile = connection.login().method() instanceof Login.TokenFile file
                ? Optional.of(new TokenFile(file.path()))
                : Optional.empty();
        Optional<PemSource> certificate = connection.login().certificate();
        Optional<PemSource> key = connection.login().key();
        this.tls = new Tls(context(certificate, key), certificate, key, 0);
    }

    @Override
    public URI base() {
        return connection.server();
    }

    @Override
    public Optional<SslContext> tls() {
        return tls.context;
    }

    @Override
    public Optional<String> tlsServerName() {
        if (connection.insecure()) {
            return Optional.empty();
        }
        String host = connection.server().getHost();
        return connection
                .tlsServerName()
                .or(() -> Optional.of(host.startsWith("[") ? host.substring(1, host.length() - 1) : host));
    }

    @Override
    public Optional<URI> proxy() {
        return connection.proxy();
    }

    @Override
    public Credentials credentials(Optional<Credentials> refused) throws IOException {
        Optional<ExecLogin.Issued> issued = exec.isPresent()
                ? Optional.of(
                        exec.get().current(refused.map(Credentials::edition).orElse(0L)))
                : Optional.empty();
        if (issued.isPresent()) {
            renew(issued.get());
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        authorization(issued, refused.isPresent()).ifPresent(value -> headers.put("Authorization", List.of(value)));
        Login.Impersonation as = connection.login().impersonation();
        as.user().ifPresent(user -> headers.put("Impersonate-User", List.of(user)));
        as.uid().ifPresent(uid -> headers.put("Impersonate-Uid", List.of(uid)));
        if (!as.groups().isEmpty()) {
            headers.put("Impersonate-Group", as.groups());
        }
        as.extra()
                .forEach((key, values) -> headers.put(
                        "Impersonate-Extra-" + URLEncoder.encode(key.toLowerCase(Locale.ROOT), StandardCharsets.UTF_8),
                        values));
        return new Credentials(headers, issued.map(ExecLogin.Issued::run).orElse(0L));
    }

    private Optional<String> authorization(Optional<ExecLogin.Issued> issued, boolean refused) throws IOException {
        return switch (connection.login().method()) {
            case Login.None none -> Optional.empty();
            case Login.Token token -> Optional.of("Bearer " + token.value());
            case Login.TokenFile file ->
                Optional.of("Bearer " + tokenFile.orElseThrow().current(refused));
            case Login.Basic basic ->
                Optional.of("Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (basic.user() + ":" + basic.password()).getBytes(StandardCharsets.UTF_8)));
            case Login.Exec settings ->
                issued.flatMap(now -> now.credential().token()).map(token -> "Bearer " + token);
        };
    }

    /** Takes the certificate that came with it, unless that of a later run is in use already. */
    private void renew(ExecLogin.Issued issued) throws IOException {
        Optional<PemSource> certificate = issued.credential().certificate();
        Optional<PemSource> key = issued.credential().key();
        if (certificate.isEmpty() || issued.run() <= tls.run) {
            return;
        }
        lock.lock();
        try {
            if (issued.run() > tls.run) {
                boolean same = tls.certificate.equals(certificate) && tls.key.equals(key);
                tls = new Tls(same ? tls.context : context(certificate, key), certificate, key, issued.run());
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<SslContext> context(Optional<PemSource> certificate, Optional<PemSource> key) throws IOException {
        return "https".equals(connection.server().getScheme())
                ? Optional.of(ClientTls.context(connection.authority(), connection.insecure(), certificate, key))
                : Optional.empty();
    }

    private record Tls(
            Optional<SslContext> context, Optional<PemSource> certificate, Optional<PemSource> key, long run) {}
}
