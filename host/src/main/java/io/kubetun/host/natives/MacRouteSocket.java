package io.kubetun.host.natives;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** macOS's account of links, addresses and routes as they change (route(4)). Needs no privilege. For one thread. */
public final class MacRouteSocket implements AutoCloseable {
    private static final int BUFFER = 4096;
    private static final int POLLFD = 8;

    private final int descriptor;
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER, Long.BYTES);

    /**
     * Opens it.
     *
     * @throws IOException if this system does not let us
     */
    public MacRouteSocket() throws IOException {
        descriptor = Posix.socket(MacCalls.PF_ROUTE, MacCalls.SOCK_RAW, 0);
        if (descriptor < 0) {
            throw NativeException.last("socket PF_ROUTE");
        }
    }

    /**
     * Waits for a message.
     *
     * @param millis for how long
     * @return its type, {@code rtm_type}; 0 if none came
     * @throws IOException if the socket fails
     */
    public int receive(int millis) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(POLLFD, Integer.BYTES);
            set.set(ValueLayout.JAVA_INT, 0, descriptor);
            set.set(ValueLayout.JAVA_SHORT, 4, (short) Posix.POLLIN);
            if (Posix.poll(set.address(), 1, millis) <= 0) {
                return 0;
            }
        }
        long length = Posix.read(descriptor, memory.address(), BUFFER);
        if (length < 0) {
            throw NativeException.last("read PF_ROUTE");
        }
        return length < 4 ? 0 : Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, 3));
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
