package io.kubetun.host.natives;

import com.sun.jna.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** How a wait for a socket ended (poll(2)). */
public enum Wait {
    /** It can be read or written, or has failed, which reading or writing tells. */
    READY,
    /** Nothing in the time given. */
    TIMEOUT,
    /** A {@link Wakeup} ended it. */
    WOKEN;

    private static final int POLLFD = 8;
    private static final int REVENTS = 6;

    static Wait on(int descriptor, int events, Wakeup wakeup, Duration patience) throws NativeException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(2 * POLLFD, ValueLayout.JAVA_INT.byteAlignment());
            set.set(ValueLayout.JAVA_INT, 0, descriptor);
            set.set(ValueLayout.JAVA_SHORT, 4, (short) events);
            set.set(ValueLayout.JAVA_INT, POLLFD, wakeup.descriptor());
            set.set(ValueLayout.JAVA_SHORT, POLLFD + 4, (short) Posix.POLLIN);
            while (true) {
                long left = Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
                int ready = Posix.poll(set.address(), 2, (int) Math.min(Integer.MAX_VALUE, left));
                if (ready > 0) {
                    return set.get(ValueLayout.JAVA_SHORT, POLLFD + REVENTS) != 0 ? WOKEN : READY;
                }
                if (ready == 0 && System.nanoTime() - deadline >= 0) {
                    return TIMEOUT;
                }
                if (ready < 0 && Native.getLastError() != Errno.EINTR) {
                    throw NativeException.last("poll");
                }
            }
        }
    }
}
