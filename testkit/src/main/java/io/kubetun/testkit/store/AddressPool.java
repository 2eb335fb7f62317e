package io.kubetun.testkit.store;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands out the IPv4 addresses of a range, each once. Thread-safe. */
public final class AddressPool {
    private final int base;
    private final int size;
    private final AtomicInteger next = new AtomicInteger(1);

    /**
     * Starts at the second address of a range.
     *
     * @param base the first one, such as {@code 10.96.0.0}
     * @param prefix the length of the prefix
     */
    public AddressPool(String base, int prefix) {
        this.base = ByteBuffer.wrap(InetAddress.ofLiteral(base).getAddress()).getInt();
        size = 1 << (32 - prefix);
    }

    /**
     * Takes the next address.
     *
     * @return dotted
     * @throws StatusException 500 if none is left
     */
    public String take() {
        int offset = next.incrementAndGet();
        if (offset >= size - 1) {
            throw new StatusException(500, "InternalError", "failed to allocate IP: range is full");
        }
        int address = base + offset;
        return (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "." + (address & 0xff);
    }
}
