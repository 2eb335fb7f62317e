package io.kubetun.host.natives;

import java.time.Duration;

/** Another process of this user, held by a descriptor: its number may be given to another one meanwhile (pidfd_open(2)). */
public final class OtherProcess implements AutoCloseable {
    private static final Duration NO_LIMIT = Duration.ofDays(24);

    private final int descriptor;

    /**
     * Takes hold of a process.
     *
     * @param process its number
     * @throws NativeException if it has ended, or this Linux is older than 5.3
     */
    public OtherProcess(long process) throws NativeException {
        descriptor = (int) LinuxCalls.syscall(LinuxCalls.SYS_PIDFD_OPEN, process, 0);
        if (descriptor < 0) {
            throw NativeException.last("pidfd_open " + process);
        }
    }

    /**
     * Waits until it has ended.
     *
     * @param wakeup ends the wait
     * @return whether it has ended, rather than the wait
     * @throws NativeException if the wait failed
     */
    public boolean awaitEnd(Wakeup wakeup) throws NativeException {
        Wait wait = Wait.TIMEOUT;
        while (wait == Wait.TIMEOUT) {
            wait = Wait.on(descriptor, Posix.POLLIN, wakeup, NO_LIMIT);
        }
        return wait == Wait.READY;
    }

    /**
     * Tells a process that its terminal has gone (SIGHUP), as far as this process may.
     *
     * @param process its number
     */
    public static void hangUp(long process) {
        LinuxCalls.kill((int) process, LinuxCalls.SIGHUP);
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
