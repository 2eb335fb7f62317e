package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Ends another thread's wait for a socket, for good (eventfd(2)). */
public final class Wakeup implements AutoCloseable {
    private final int descriptor;
    private boolean closed;

    /**
     * Opens one.
     *
     * @throws NativeException if there are no more file descriptors
     */
    public Wakeup() throws NativeException {
        descriptor = LinuxCalls.eventfd(0, LinuxCalls.EFD_CLOEXEC);
        if (descriptor < 0) {
            throw NativeException.last("eventfd");
        }
    }

    int descriptor() {
        return descriptor;
    }

    /** Ends all waits that are given this, now and later. */
    public synchronized void wake() {
        if (closed) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
            LinuxCalls.write(descriptor, one.address(), Long.BYTES);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Posix.close(descriptor);
        }
    }
}
