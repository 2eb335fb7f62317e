package io.kubetun.host;

import io.kubetun.host.natives.SocketDiagnosis;
import io.kubetun.host.natives.TcpState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel's socket table says about the other ends of local connections; nothing where there is no such table.
 * It is opened beside the session's start: loading native code takes longer than all questions together.
 */
final class PeerSockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSockets.class);

    private final CompletableFuture<Optional<SocketDiagnosis>> table = new CompletableFuture<>();

    private PeerSockets() {}

    static PeerSockets open() {
        PeerSockets peers = new PeerSockets();
        Thread.ofPlatform().daemon().name("kubetun-sock-diag").start(() -> peers.table.complete(openTable()));
        return peers;
    }

    private static Optional<SocketDiagnosis> openTable() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SocketDiagnosis());
        } catch (IOException | LinkageError e) {
            LOG.debug("no socket table here: {}", e.toString());
            return Optional.empty();
        }
    }

    boolean isClosed(InetSocketAddress socket, InetSocketAddress remote) {
        return !socket.isUnresolved()
                && !remote.isUnresolved()
                && table.join()
                        .flatMap(diagnosis -> diagnosis.find(socket, remote))
                        .map(TcpState::isClosed)
                        .orElse(false);
    }

    @Override
    public void close() {
        table.join().ifPresent(SocketDiagnosis::close);
    }
}
