package io.kubetun.kube.portforward;

import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server by plain http on loopback, with a token that is another one after each refresh. */
record PlainServer(int port, Optional<URI> proxy, AtomicInteger refreshes) implements ApiServer {
    PlainServer(int port) {
        this(port, Optional.empty(), new AtomicInteger());
    }

    @Override
    public URI base() {
        return URI.create("http://127.0.0.1:" + port + "/k8s/clusters/c-1/");
    }

    @Override
    public Optional<SslContext> tls() {
        return Optional.empty();
    }

    @Override
    public Optional<String> tlsServerName() {
        return Optional.empty();
    }

    @Override
    public Credentials credentials(Optional<Credentials> refused) {
        refused.ifPresent(
                credentials -> refreshes.compareAndSet((int) credentials.edition(), (int) credentials.edition() + 1));
        int number = refreshes.get();
        return new Credentials(Map.of("Authorization", List.of("Bearer t" + number)), number);
    }
}
