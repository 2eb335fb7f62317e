package io.kubetun.host.natives;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Looks up TCP sockets of this network namespace by their exact addresses (sock_diag(7)). The kernel answers within the
 * sending call, so nothing here waits: about 10 µs, under a lock. Safe for use by several threads.
 */
public final class SocketDiagnosis implements AutoCloseable {
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLM_F_REQUEST = 1;
    private static final byte IPPROTO_TCP = 6;
    private static final byte INET_DIAG_SHUTDOWN = 8;
    private static final int NLMSGHDR = 16;
    private static final int REQUEST = NLMSGHDR + 56;
    private static final int ANSWER = NLMSGHDR + 72;
    private static final int INODE = NLMSGHDR + 68;
    private static final int BUFFER = 4096;
    private static final int STALE_ANSWERS = 8;

    private final int descriptor;
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER, Long.BYTES);
    private final ByteBuffer buffer = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    private int sequence;
    private boolean closed;

    /**
     * Opens the way to the kernel's table.
     *
     * @throws IOException if this system does not let us
     */
    public SocketDiagnosis() throws IOException {
        descriptor = Posix.socket(
                LinuxCalls.AF_NETLINK, LinuxCalls.SOCK_RAW | LinuxCalls.SOCK_CLOEXEC, LinuxCalls.NETLINK_SOCK_DIAG);
        if (descriptor < 0) {
            throw NativeException.last("socket NETLINK_SOCK_DIAG");
        }
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
        sequence++;
        writeRequest(local.getPort(), source, remote.getPort(), destination);
        if (Posix.send(descriptor, memory.address(), REQUEST, LinuxCalls.MSG_DONTWAIT) != REQUEST) {
            return Optional.empty();
        }
        for (int i = 0; i < STALE_ANSWERS; i++) {
            long length = Posix.recv(descriptor, memory.address(), BUFFER, LinuxCalls.MSG_DONTWAIT);
            if (length < NLMSGHDR) {
                return Optional.empty();
            }
            if (buffer.getInt(8) == sequence) {
                return readAnswer((int) length, local.getPort(), remote.getPort());
            }
        }
        return Optional.empty();
    }

    /** {@code struct nlmsghdr}, {@code struct inet_diag_req_v2}. */
    private void writeRequest(int sourcePort, byte[] source, int destinationPort, byte[] destination) {
        memory.asSlice(0, REQUEST).fill((byte) 0);
        buffer.clear().order(ByteOrder.nativeOrder());
        buffer.putInt(REQUEST).putShort(SOCK_DIAG_BY_FAMILY).putShort(NLM_F_REQUEST);
        buffer.putInt(sequence).putInt(0);
        buffer.put((byte) (source.length == 4 ? LinuxCalls.AF_INET : LinuxCalls.AF_INET6));
        buffer.put(IPPROTO_TCP).put((byte) (1 << (INET_DIAG_SHUTDOWN - 1))).put((byte) 0);
        buffer.putInt(-1);
        int id = buffer.position();
        buffer.order(ByteOrder.BIG_ENDIAN).putShort((short) sourcePort).putShort((short) destinationPort);
        buffer.put(source).position(id + 20);
        buffer.put(destination).position(id + 36);
        buffer.putInt(0).putLong(-1L);
        buffer.order(ByteOrder.nativeOrder());
    }

    /** {@code struct inet_diag_msg} and its attributes. A listener may be found instead: its ports tell. */
    private Optional<TcpState> readAnswer(int length, int sourcePort, int destinationPort) {
        if (buffer.getShort(4) != SOCK_DIAG_BY_FAMILY || length < ANSWER) {
            return Optional.empty();
        }
        buffer.order(ByteOrder.BIG_ENDIAN);
        boolean same = buffer.getShort(NLMSGHDR + 4) == (short) sourcePort
                && buffer.getShort(NLMSGHDR + 6) == (short) destinationPort;
        buffer.order(ByteOrder.nativeOrder());
        if (!same) {
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
            Posix.close(descriptor);
        }
    }
}
