package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A way to the kernel's table of TCP sockets (sock_diag(7)), with the memory of one request or answer. The kernel answers
 * within the sending call, so nothing here waits. Not thread-safe.
 */
final class DiagnosisSocket implements AutoCloseable {
    static final short SOCK_DIAG_BY_FAMILY = 20;
    static final short SOCK_DESTROY = 21;
    static final short NLM_F_REQUEST = 0x1;
    static final short NLM_F_ACK = 0x4;
    static final short NLM_F_DUMP = 0x300;

    /** The size of {@code struct nlmsghdr}. */
    static final int HEADER = 16;
    /** The size of {@code struct inet_diag_sockid}; in a request its ports are 8 behind the header, in an answer 4. */
    static final int ID = 48;

    private static final int REQUEST = HEADER + 8 + ID;
    private static final byte IPPROTO_TCP = 6;

    private final int descriptor;
    private final MemorySegment memory;
    private final ByteBuffer buffer;
    private int sequence;

    DiagnosisSocket(int capacity) throws NativeException {
        memory = Arena.ofAuto().allocate(capacity, Long.BYTES);
        buffer = memory.asByteBuffer().order(ByteOrder.nativeOrder());
        descriptor = Posix.socket(
                LinuxCalls.AF_NETLINK, LinuxCalls.SOCK_RAW | LinuxCalls.SOCK_CLOEXEC, LinuxCalls.NETLINK_SOCK_DIAG);
        if (descriptor < 0) {
            throw NativeException.last("socket NETLINK_SOCK_DIAG");
        }
    }

    /**
     * Writes {@code struct nlmsghdr} and {@code struct inet_diag_req_v2} but for the sockets' id, which is zero.
     *
     * @param states a bit for each
     * @return the id's place, in the order of the network
     */
    ByteBuffer request(short type, int flags, int family, int extensions, int states) {
        memory.asSlice(0, REQUEST).fill((byte) 0);
        buffer.clear();
        buffer.putInt(REQUEST).putShort(type).putShort((short) flags);
        buffer.putInt(++sequence).putInt(0);
        buffer.put((byte) family).put(IPPROTO_TCP).put((byte) extensions).put((byte) 0);
        buffer.putInt(states);
        return buffer.slice(REQUEST - ID, ID).order(ByteOrder.BIG_ENDIAN);
    }

    /** Sends the request; false if the kernel did not take it. */
    boolean send() {
        return Posix.send(descriptor, memory.address(), REQUEST, LinuxCalls.MSG_DONTWAIT) == REQUEST;
    }

    /** Returns what has come in one piece, from its first byte to its last; less than a header if there is nothing. */
    ByteBuffer receive() {
        long length = Posix.recv(descriptor, memory.address(), memory.byteSize(), LinuxCalls.MSG_DONTWAIT);
        return buffer.clear().limit((int) Math.max(0, length));
    }

    /** The number of the last request. */
    int sequence() {
        return sequence;
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
