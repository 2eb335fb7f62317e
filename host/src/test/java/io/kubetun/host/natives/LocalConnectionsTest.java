package io.kubetun.host.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LocalConnectionsTest {
    private static final InetAddress GONE = InetAddress.ofLiteral("127.66.0.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("127.66.0.2");

    private ServerSocketChannel server;
    private LocalConnections table;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "only Linux has this socket table");
        table = new LocalConnections();
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        if (server != null) {
            server.close();
            table.close();
        }
    }

    /** A connection of IPv4, in a socket of either family. */
    private SocketChannel connect(InetAddress from, boolean v4) throws IOException {
        SocketChannel channel = v4 ? SocketChannel.open(StandardProtocolFamily.INET) : SocketChannel.open();
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(server.getLocalAddress());
        return channel;
    }

    private static void sendAndReceive(SocketChannel one, SocketChannel two) throws IOException {
        one.write(ByteBuffer.wrap(new byte[] {7}));
        assertThat(two.read(ByteBuffer.allocate(1))).isEqualTo(1);
    }

    @Test
    void connectionsAreFoundByTheirOwnAddressInEitherFamilyOfSockets() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(GONE, 0));
                SocketChannel one = connect(GONE, true);
                SocketChannel two = connect(GONE, false);
                SocketChannel other = connect(OTHER, true)) {
            assertThat(table.of(Set.of(GONE))).hasSize(2);
            assertThat(table.of(Set.of(OTHER))).hasSize(1);
            assertThat(table.of(Set.of(GONE, OTHER))).hasSize(3);
            assertThat(table.of(Set.of(InetAddress.ofLiteral("127.66.0.3")))).isEmpty();
            assertThat(table.of(Set.of())).isEmpty();
            assertThat(List.of(listener.isOpen(), one.isOpen(), two.isOpen(), other.isOpen()))
                    .containsOnly(true);
        }
    }

    @Test
    void manyConnectionsComeInSeveralPieces() throws Exception {
        int count = 1_000;
        SocketChannel[] clients = new SocketChannel[count];
        SocketChannel[] accepted = new SocketChannel[count];
        try {
            for (int i = 0; i < count; i++) {
                clients[i] = connect(GONE, true);
                accepted[i] = server.accept();
            }
            assertThat(table.of(Set.of(GONE))).hasSize(count);
        } finally {
            for (int i = 0; i < count && accepted[i] != null; i++) {
                clients[i].close();
                accepted[i].close();
            }
        }
    }

    @Test
    void onlyWhatIsEndedFailsAndOnBothSides() throws Exception {
        assumeTrue(Users.current() == Users.ROOT, "only root may end connections");
        try (SocketChannel one = connect(GONE, true);
                SocketChannel farOne = server.accept();
                SocketChannel two = connect(GONE, false);
                SocketChannel farTwo = server.accept();
                SocketChannel other = connect(OTHER, true);
                SocketChannel farOther = server.accept()) {
            sendAndReceive(one, farOne);
            sendAndReceive(two, farTwo);
            List<LocalConnections.Connection> found = table.of(Set.of(GONE));
            for (LocalConnections.Connection connection : found) {
                table.end(connection);
            }
            for (SocketChannel cut : List.of(one, farOne, two, farTwo)) {
                assertThatThrownBy(() -> cut.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            }
            sendAndReceive(other, farOther);
            sendAndReceive(farOther, other);
            assertThat(table.of(Set.of(GONE))).isEmpty();
            assertThatCode(() -> table.end(found.getFirst())).doesNotThrowAnyException();
        }
    }

    @Test
    void anOrdinaryUserIsToldThatHeMayNot() throws Exception {
        assumeTrue(Users.current() != Users.ROOT, "root may");
        try (SocketChannel one = connect(GONE, true)) {
            LocalConnections.Connection found = table.of(Set.of(GONE)).getFirst();
            assertThatThrownBy(() -> table.end(found))
                    .isInstanceOfSatisfying(
                            NativeException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
            assertThat(one.isOpen()).isTrue();
        }
    }
}
