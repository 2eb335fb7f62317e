package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Ends another thread's wait for a socket, for good: by an eventfd(2), or by a pipe(2) where there are none (macOS). */
public final class Wakeup implements AutoCloseable {
    private final int descriptor;
    private final int writing;
    private boolean woken;
    private boolean closed;

    /**
     * Opens one.
     *
     * @throws NativeException if there are no more file descriptors
     */
    public Wakeup() throws NativeException {
        this(SocketDialect.here());
    }

    Wakeup(SocketDialect dialect) throws NativeException {
        if (dialect == SocketDialect.LINUX) {
            descriptor = LinuxCalls.eventfd(0, LinuxCalls.EFD_CLOEXEC);
            if (descriptor < 0) {
                throw NativeException.last("eventfd");
            }
            writing = descriptor;
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            if (Posix.pipe(ends.address()) < 0) {
                throw NativeException.last("pipe");
            }
            descriptor = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
            writing = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
            SocketDescriptors.closeOnExec(descriptor);
            SocketDescriptors.closeOnExec(writing);
        }
    }

    int descriptor() {
        return descriptor;
    }

    /** Ends all waits that are given this, now and later. */
    public synchronized void wake() {
        if (closed || woken) {
            return;
        }
        woken = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
            Posix.write(writing, one.address(), Long.BYTES);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Posix.close(descriptor);
            if (writing != descriptor) {
                Posix.close(writing);
            }
        }
    }
}
