package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;

/** Memory for a {@code struct msghdr} of 64-bit Linux with one buffer and room for one file descriptor. */
final class MessageMemory {
    private static final int MSGHDR = 56;
    private static final int IOV = 64;
    private static final int CONTROL = 80;
    private static final int CONTROL_SPACE = 24;
    private static final int CONTROL_LENGTH = 20;
    private static final int BUFFER = 128;

    private final MemorySegment memory;
    private final int capacity;

    MessageMemory(int capacity) {
        this.memory = Arena.ofAuto().allocate(BUFFER + (long) capacity, Long.BYTES);
        this.capacity = capacity;
    }

    /** Returns the address of a header that receives bytes and at most one descriptor. */
    long forReceiving() {
        return header(capacity, CONTROL_SPACE);
    }

    /** Returns the address of a header that sends these bytes and the descriptor. */
    long forSending(byte[] bytes, int from, int length, OptionalInt descriptor) {
        MemorySegment.copy(bytes, from, memory, ValueLayout.JAVA_BYTE, BUFFER, length);
        if (descriptor.isEmpty()) {
            return header(length, 0);
        }
        memory.set(ValueLayout.JAVA_LONG, CONTROL, CONTROL_LENGTH);
        memory.set(ValueLayout.JAVA_INT, CONTROL + 8, LinuxCalls.SOL_SOCKET);
        memory.set(ValueLayout.JAVA_INT, CONTROL + 12, LinuxCalls.SCM_RIGHTS);
        memory.set(ValueLayout.JAVA_INT, CONTROL + 16, descriptor.getAsInt());
        return header(length, CONTROL_SPACE);
    }

    /** Returns received bytes. */
    byte[] bytes(int count) {
        return memory.asSlice(BUFFER, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Returns the descriptor that was received with them. */
    OptionalInt descriptor() {
        boolean there = memory.get(ValueLayout.JAVA_LONG, 40) >= CONTROL_LENGTH
                && memory.get(ValueLayout.JAVA_LONG, CONTROL) == CONTROL_LENGTH
                && memory.get(ValueLayout.JAVA_INT, CONTROL + 8) == LinuxCalls.SOL_SOCKET
                && memory.get(ValueLayout.JAVA_INT, CONTROL + 12) == LinuxCalls.SCM_RIGHTS;
        return there ? OptionalInt.of(memory.get(ValueLayout.JAVA_INT, CONTROL + 16)) : OptionalInt.empty();
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
