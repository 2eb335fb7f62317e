package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Two connected Unix-domain sockets that keep messages apart, non-blocking, as a control socket does. Linux. */
final class SocketPair {
    private static final int SOCK_SEQPACKET = 5;

    static {
        Native.register(SocketPair.class, NativeLibrary.getProcess());
    }

    private final int here;
    private final int there;

    private SocketPair(int here, int there) {
        this.here = here;
        this.there = there;
    }

    int here() {
        return here;
    }

    int there() {
        return there;
    }

    private static native int socketpair(int domain, int type, int protocol, long pair);

    static SocketPair open() throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
            int type = SOCK_SEQPACKET | LinuxCalls.SOCK_NONBLOCK | LinuxCalls.SOCK_CLOEXEC;
            if (socketpair(Posix.AF_UNIX, type, 0, pair.address()) < 0) {
                throw NativeException.last("socketpair");
            }
            return new SocketPair(pair.getAtIndex(ValueLayout.JAVA_INT, 0), pair.getAtIndex(ValueLayout.JAVA_INT, 1));
        }
    }

    /** Sends a message from there. */
    void send(byte... message) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            if (Posix.write(there, memory.address(), message.length) != message.length) {
                throw new IllegalStateException("not sent: errno " + Native.getLastError());
            }
        }
    }

    /** Returns the next message that came there; nothing if none did. */
    byte[] received() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(70_000);
            long length = Posix.read(there, memory.address(), memory.byteSize());
            return length < 0 ? new byte[0] : Arrays.copyOf(memory.toArray(ValueLayout.JAVA_BYTE), (int) length);
        }
    }
}
