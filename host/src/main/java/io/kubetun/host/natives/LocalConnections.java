package io.kubetun.host.natives;

import static io.kubetun.host.natives.DiagnosisSocket.HEADER;
import static io.kubetun.host.natives.DiagnosisSocket.ID;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The TCP connections of this network namespace by the address that this machine has in them, to be ended for both sides
 * (sock_diag(7), SOCK_DESTROY; the kernel's CONFIG_INET_DIAG_DESTROY). Finding needs no privilege, ending CAP_NET_ADMIN.
 * Not thread-safe.
 */
public final class LocalConnections implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    /** {@code struct inet_diag_msg}: family, state, two bytes, and the id: ports, own address, the other's, device, cookie. */
    private static final int ANSWER = HEADER + 72;

    private static final int ANSWER_ID = HEADER + 4;
    private static final int OWN = ANSWER_ID + 4;

    /**
     * ESTABLISHED, SYN_SENT, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING: a listener does not wait for anybody, and
     * for one in TIME_WAIT nobody waits.
     */
    private static final int STATES = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11;

    private final DiagnosisSocket kernel;

    /** A connection; its kernel's cookie tells it from a later one with the same ends. */
    public static final class Connection {
        private final int family;
        private final byte[] id;

        private Connection(int family, byte[] id) {
            this.family = family;
            this.id = id;
        }
    }

    /**
     * Opens the way to the kernel's table.
     *
     * @throws NativeException if this system does not let us
     */
    public LocalConnections() throws NativeException {
        kernel = new DiagnosisSocket(BUFFER);
    }

    /**
     * Finds connections, those of IPv4 in sockets of IPv6 too.
     *
     * @param own addresses that this machine has or had
     * @return those from or to one of these, at most as many as the machine has
     * @throws NativeException if the kernel does not tell
     */
    public List<Connection> of(Set<InetAddress> own) throws NativeException {
        List<Connection> found = new ArrayList<>();
        for (int family : new int[] {LinuxCalls.AF_INET, LinuxCalls.AF_INET6}) {
            kernel.request(
                    DiagnosisSocket.SOCK_DIAG_BY_FAMILY,
                    DiagnosisSocket.NLM_F_REQUEST | DiagnosisSocket.NLM_F_DUMP,
                    family,
                    0,
                    STATES);
            kernel.send();
            boolean more = true;
            while (more) {
                more = read(receive("list TCP connections"), own, found);
            }
        }
        return found;
    }

    /**
     * Ends one: its program sees it as aborted at once, and the other side, if it can be reached, is sent a reset. One that
     * has ended meanwhile is left at that.
     *
     * @param connection one that was found
     * @throws NativeException if this user may not, or this kernel cannot
     */
    public void end(Connection connection) throws NativeException {
        String what = "end a TCP connection";
        kernel.request(
                        DiagnosisSocket.SOCK_DESTROY,
                        DiagnosisSocket.NLM_F_REQUEST | DiagnosisSocket.NLM_F_ACK,
                        connection.family,
                        0,
                        -1)
                .put(connection.id);
        kernel.send();
        int error = error(receive(what), 0);
        if (error != 0 && error != Errno.ENOENT && error != Errno.ESTALE) {
            throw new NativeException(what, error);
        }
    }

    private ByteBuffer receive(String what) throws NativeException {
        ByteBuffer messages = kernel.receive();
        if (messages.limit() < HEADER + Integer.BYTES) {
            throw NativeException.last(what);
        }
        return messages;
    }

    /** Returns whether there is more to come. */
    private static boolean read(ByteBuffer messages, Set<InetAddress> own, List<Connection> found)
            throws NativeException {
        for (int at = 0; at + HEADER + Integer.BYTES <= messages.limit(); ) {
            int length = messages.getInt(at);
            short type = messages.getShort(at + 4);
            if (type == NLMSG_DONE || type == NLMSG_ERROR) {
                int error = error(messages, at);
                if (error != 0) {
                    throw new NativeException("list TCP connections", error);
                }
                return false;
            }
            if (length < ANSWER || at + length > messages.limit()) {
                throw new NativeException("list TCP connections", Errno.EAGAIN);
            }
            int family = messages.get(at + HEADER);
            if (own.contains(address(messages, at + OWN, family))) {
                byte[] id = new byte[ID];
                messages.get(at + ANSWER_ID, id);
                found.add(new Connection(family, id));
            }
            at += (length + 3) & ~3;
        }
        return true;
    }

    private static int error(ByteBuffer messages, int at) {
        return -messages.getInt(at + HEADER);
    }

    private static InetAddress address(ByteBuffer messages, int at, int family) {
        byte[] bytes = new byte[family == LinuxCalls.AF_INET ? 4 : 16];
        messages.get(at, bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes", e);
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
