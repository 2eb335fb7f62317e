package io.kubetun.host.natives;

import com.sun.jna.Native;
import io.kubetun.spi.host.PacketDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/** The packets of a device behind a descriptor: one call for each, and a poll(2) only where nothing is there to read. */
abstract sealed class DescriptorPackets implements PacketDevice permits TunPackets, UtunPackets {
    /** Answered by {@link #receive} where the device is no more. */
    static final int GONE = -2;

    private static final int POLLFD = 8;
    private static final int REVENTS = 6;

    private final String name;
    private final int descriptor;
    private final Wakeup wakeup = new Wakeup();
    private final MemorySegment polled = Arena.ofAuto().allocate(2 * POLLFD, Integer.BYTES);
    private final ReentrantLock lock = new ReentrantLock();
    private boolean reading;
    private boolean closing;
    private boolean closed;

    /** Takes a device over, with its descriptor. */
    DescriptorPackets(String name, int descriptor) throws IOException {
        this.name = name;
        this.descriptor = descriptor;
        polled.set(ValueLayout.JAVA_INT, 0, descriptor);
        polled.set(ValueLayout.JAVA_SHORT, 4, (short) Posix.POLLIN);
        polled.set(ValueLayout.JAVA_INT, POLLFD, wakeup.descriptor());
        polled.set(ValueLayout.JAVA_SHORT, POLLFD + 4, (short) Posix.POLLIN);
    }

    /** Reads a packet: its length, {@link #GONE}, or -1 with errno set. For the reading thread. */
    abstract long receive(int from, MemorySegment packet);

    /** Writes a packet; called by one thread at a time. */
    abstract boolean send(int to, MemorySegment packet, int length);

    @Override
    public String name() {
        return name;
    }

    @Override
    public int read(MemorySegment packet) throws IOException {
        if (!reading && !begin()) {
            return -1;
        }
        while (true) {
            long length = receive(descriptor, packet);
            if (length >= 0) {
                return (int) length;
            }
            if (length == GONE) {
                end();
                throw new IOException("the device " + name + " has gone");
            }
            int errno = Native.getLastError();
            if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
                end();
                throw new NativeException("read " + name, errno);
            }
            if (errno == Errno.EAGAIN && woken()) {
                end();
                return -1;
            }
        }
    }

    /** What was sent before the close is still read: the wakeup counts only when there is nothing else. */
    private boolean woken() throws IOException {
        int ready = Posix.poll(polled.address(), 2, -1);
        if (ready < 0) {
            if (Native.getLastError() == Errno.EINTR) {
                return false;
            }
            NativeException failure = NativeException.last("poll " + name);
            end();
            throw failure;
        }
        return polled.get(ValueLayout.JAVA_SHORT, REVENTS) == 0
                && polled.get(ValueLayout.JAVA_SHORT, POLLFD + REVENTS) != 0;
    }

    @Override
    public boolean write(MemorySegment packet, int length) {
        lock.lock();
        try {
            return !closed && send(descriptor, packet, length);
        } finally {
            lock.unlock();
        }
    }

    private boolean begin() {
        lock.lock();
        try {
            reading = !closing;
            return reading;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            if (reading) {
                wakeup.wake();
            } else {
                release();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            reading = false;
            closing = true;
            release();
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        if (!closed) {
            closed = true;
            Posix.close(descriptor);
            wakeup.close();
        }
    }
}
