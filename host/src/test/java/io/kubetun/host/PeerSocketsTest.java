package io.kubetun.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.spi.host.Host;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerSocketsTest {
    @TempDir
    Path folder;

    private Host host;

    @BeforeEach
    void openHost() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "only Linux has this socket table");
        host = new LocalHostProvider(folder).open(Optional.empty());
    }

    @AfterEach
    void closeHost() {
        if (host != null) {
            host.close();
        }
    }

    @RepeatedTest(200)
    void aClosedPeerIsKnownAtOnce() throws Exception {
        try (Pair pair = Pair.open("127.0.0.1")) {
            assertThat(closed(pair)).isFalse();
            pair.client.close();
            pair.awaitEnd();
            assertThat(closed(pair)).isTrue();
        }
    }

    @RepeatedTest(20)
    void aPeerThatHasOnlyEndedItsSendingHalfIsNotClosed() throws Exception {
        try (Pair pair = Pair.open("127.0.0.1")) {
            pair.client.shutdownOutput();
            pair.awaitEnd();
            assertThat(closed(pair)).isFalse();
            pair.accepted.write(ByteBuffer.wrap(new byte[10]));
            pair.accepted.shutdownOutput();
            assertThat(closed(pair)).isFalse();
        }
    }

    @Test
    void aPeerThatClosesAfterItsSendingHalfIsClosed() throws Exception {
        try (Pair pair = Pair.open("127.0.0.1")) {
            pair.client.shutdownOutput();
            pair.awaitEnd();
            pair.client.close();
            assertThat(closed(pair)).isTrue();
        }
    }

    @Test
    void sixIsNoOtherThanFour() throws Exception {
        try (Pair pair = Pair.open("::1")) {
            pair.client.shutdownOutput();
            pair.awaitEnd();
            assertThat(closed(pair)).isFalse();
            pair.client.close();
            assertThat(closed(pair)).isTrue();
        }
    }

    @Test
    void aDualStackClientOfAnIpv4AddressIsFound() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET6)
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            Socket client = new Socket();
            client.connect(listener.getLocalAddress());
            try (SocketChannel accepted = listener.accept()) {
                client.close();
                accepted.read(ByteBuffer.allocate(1));
                assertThat(host.peerClosed((InetSocketAddress) accepted.getLocalAddress(), (InetSocketAddress)
                                accepted.getRemoteAddress()))
                        .isTrue();
            }
        }
    }

    @Test
    void whatIsNotInTheTableIsNotCertain() {
        InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1);

        assertThat(host.peerClosed(local, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 2)))
                .isFalse();
        assertThat(host.peerClosed(local, new InetSocketAddress(InetAddress.ofLiteral("::1"), 2)))
                .isFalse();
        assertThat(host.peerClosed(local, InetSocketAddress.createUnresolved("example", 2)))
                .isFalse();
    }

    @Test
    void aClosedHostIsNotCertain() throws Exception {
        try (Pair pair = Pair.open("127.0.0.1")) {
            pair.client.close();
            pair.awaitEnd();
            host.close();
            assertThat(closed(pair)).isFalse();
        }
    }

    private boolean closed(Pair pair) throws Exception {
        return host.peerClosed((InetSocketAddress) pair.accepted.getLocalAddress(), (InetSocketAddress)
                pair.accepted.getRemoteAddress());
    }

    private record Pair(SocketChannel client, SocketChannel accepted) implements AutoCloseable {
        static Pair open(String address) throws Exception {
            try (ServerSocketChannel listener = ServerSocketChannel.open()) {
                listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
                SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                return new Pair(client, listener.accept());
            }
        }

        void awaitEnd() throws Exception {
            assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }

        @Override
        public void close() throws IOException {
            client.close();
            accepted.close();
        }
    }
}
