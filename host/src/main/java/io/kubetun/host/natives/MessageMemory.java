package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/**
 * Memory for a {@code struct msghdr} with one buffer and room for one file descriptor. 64-bit Linux and macOS have its
 * fields at the same places; where macOS has an int, Linux has a long, whose upper half is zero.
 */
final class MessageMemory {
    private static final int MSGHDR = 56;
    private static final int IOV = 64;
    private static final int CONTROL = 80;
    private static final int CONTROL_END = 24;
    private static final int BUFFER = 128;

    private final SocketDialect dialect;
    private final MemorySegment memory;
    private final int capacity;

    MessageMemory(SocketDialect dialect, int capacity) {
        this.dialect = dialect;
        this.memory = Arena.ofAuto().allocate(BUFFER + (long) capacity, Long.BYTES);
        this.capacity = capacity;
    }

    /** Returns the address of a header that receives bytes and at most one descriptor. */
    long forReceiving() {
        return header(capacity, dialect.controlSpace);
    }

    /** Returns the address of a header that sends these bytes and the descriptor. */
    long forSending(byte[] bytes, int from, int length, OptionalInt descriptor) {
        MemorySegment.copy(bytes, from, memory, ValueLayout.JAVA_BYTE, BUFFER, length);
        if (descriptor.isEmpty()) {
            return header(length, 0);
        }
        int level = CONTROL + dialect.controlLevel;
        memory.asSlice(CONTROL, CONTROL_END).fill((byte) 0);
        memory.set(ValueLayout.JAVA_INT, CONTROL, dialect.controlLength);
        memory.set(ValueLayout.JAVA_INT, level, dialect.solSocket);
        memory.set(ValueLayout.JAVA_INT, level + 4, Posix.SCM_RIGHTS);
        memory.set(ValueLayout.JAVA_INT, level + 8, descriptor.getAsInt());
        return header(length, dialect.controlSpace);
    }

    /** Returns received bytes. */
    byte[] bytes(int count) {
        return memory.asSlice(BUFFER, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Returns the descriptor that was received with them. */
    OptionalInt descriptor() {
        int level = CONTROL + dialect.controlLevel;
        boolean there = memory.get(ValueLayout.JAVA_INT, 40) >= dialect.controlLength
                && memory.get(ValueLayout.JAVA_INT, CONTROL) == dialect.controlLength
                && memory.get(ValueLayout.JAVA_INT, level) == dialect.solSocket
                && memory.get(ValueLayout.JAVA_INT, level + 4) == Posix.SCM_RIGHTS;
        return there ? OptionalInt.of(memory.get(ValueLayout.JAVA_INT, level + 8)) : OptionalInt.empty();
    }

    private long header(int length, int control) {
        memory.asSlice(0, MSGHDR).fill((byte) 0);
        memory.set(ValueLayout.JAVA_LONG, 16, memory.address() + IOV);
        memory.set(ValueLayout.JAVA_LONG, 24, 1);
        memory.set(ValueLayout.JAVA_LONG, IOV, memory.address() + BUFFER);
        memory.set(ValueLayout.JAVA_LONG, IOV + 8, length);
        if (control > 0) {
            memory.set(ValueLayout.JAVA_LONG, 32, memory.address() + CONTROL);
            memory.set(ValueLayout.JAVA_LONG, 40, control);
        }
        return memory.address();
    }
}
