package io.kubetun.host.natives;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Looks up TCP sockets of this network namespace by their exact addresses (sock_diag(7)). The kernel answers within the
 * sending call, so nothing here waits: about 10 µs, under a lock. Safe for use by several threads.
 */
public final class SocketDiagnosis implements AutoCloseable {
    private static final byte INET_DIAG_SHUTDOWN = 8;
    private static final int NLMSGHDR = DiagnosisSocket.HEADER;
    private static final int ANSWER = NLMSGHDR + 72;
    private static final int INODE = NLMSGHDR + 68;
    private static final int BUFFER = 4096;
    private static final int STALE_ANSWERS = 8;

    private final DiagnosisSocket kernel;
    private boolean closed;

    /**
     * Opens the way to the kernel's table.
     *
     * @throws IOException if this system does not let us
     */
    public SocketDiagnosis() throws IOException {
        kernel = new DiagnosisSocket(BUFFER);
    }

    /**
     * Finds a socket.
     *
     * @param local its own address
     * @param remote the address it is connected to, of the same family
     * @return its state; empty if there is none, or the kernel did not answer
     */
    public synchronized Optional<TcpState> find(InetSocketAddress local, InetSocketAddress remote) {
        byte[] source = local.getAddress().getAddress();
        byte[] destination = remote.getAddress().getAddress();
        if (closed || source.length != destination.length) {
            return Optional.empty();
        }
        writeRequest(local.getPort(), source, remote.getPort(), destination);
        if (!kernel.send()) {
            return Optional.empty();
        }
        for (int i = 0; i < STALE_ANSWERS; i++) {
            ByteBuffer answer = kernel.receive();
            if (answer.limit() < NLMSGHDR) {
                return Optional.empty();
            }
            if (answer.getInt(8) == kernel.sequence()) {
                return readAnswer(answer, local.getPort(), remote.getPort());
            }
        }
        return Optional.empty();
    }

    private void writeRequest(int sourcePort, byte[] source, int destinationPort, byte[] destination) {
        ByteBuffer id = kernel.request(
                DiagnosisSocket.SOCK_DIAG_BY_FAMILY,
                DiagnosisSocket.NLM_F_REQUEST,
                source.length == 4 ? LinuxCalls.AF_INET : LinuxCalls.AF_INET6,
                1 << (INET_DIAG_SHUTDOWN - 1),
                -1);
        id.putShort((short) sourcePort).putShort((short) destinationPort);
        id.put(source).position(20);
        id.put(destination).position(36);
        id.putInt(0).putLong(-1L);
    }

    /** {@code struct inet_diag_msg} and its attributes. A listener may be found instead: its ports tell. */
    private static Optional<TcpState> readAnswer(ByteBuffer buffer, int sourcePort, int destinationPort) {
        int length = buffer.limit();
        if (buffer.getShort(4) != DiagnosisSocket.SOCK_DIAG_BY_FAMILY || length < ANSWER) {
            return Optional.empty();
        }
        ByteBuffer ports = buffer.slice(NLMSGHDR + 4, 4).order(ByteOrder.BIG_ENDIAN);
        if (ports.getShort() != (short) sourcePort || ports.getShort() != (short) destinationPort) {
            return Optional.empty();
        }
        int shutdown = 0;
        int end = Math.min(length, buffer.getInt(0));
        for (int at = ANSWER; at + 5 <= end && buffer.getShort(at) >= 4; ) {
            if (buffer.getShort(at + 2) == INET_DIAG_SHUTDOWN) {
                shutdown = buffer.get(at + 4);
            }
            at += (buffer.getShort(at) + 3) & ~3;
        }
        return Optional.of(
                new TcpState(buffer.get(NLMSGHDR + 1), Integer.toUnsignedLong(buffer.getInt(INODE)), shutdown & 3));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            kernel.close();
        }
    }
}
