package io.kubetun.plugin.tun;

/**
 * The flows of a device: from what a program connects to, to a number, which is a port of the peer's address. In arrays
 * of a fixed size, so that a lookup costs no memory. Numbers of closed flows are given again in the order in which they
 * were closed, and go on leading to their flow until then: nobody's TIME-WAIT has to be counted. Thread-safe.
 */
final class FlowTable {
    /** No flow. */
    static final int NONE = -1;

    /** The port of flow 0. */
    static final int FIRST_PORT = 1024;

    /** Flows at a time, together with those that are closed and not forgotten. */
    static final int CAPACITY = 65_536 - FIRST_PORT;

    /** What a flow is waiting for. */
    static final byte HELD = 1;

    static final byte OPEN = 2;
    static final byte CLOSED = 3;

    private static final int FIN_OUT = 16;
    private static final int FIN_IN = 32;
    private static final int STATE = 15;

    private final int capacity;
    private final long[] high;
    private final long[] low;
    private final int[] ports;
    private final byte[] states;
    private final int[] buckets;
    private final int last;
    private final int[] closed;
    private int used;
    private int closedFrom;
    private int closedCount;

    FlowTable() {
        this(CAPACITY);
    }

    FlowTable(int capacity) {
        this.capacity = capacity;
        high = new long[capacity];
        low = new long[capacity];
        ports = new int[capacity];
        states = new byte[capacity];
        closed = new int[capacity];
        buckets = new int[Integer.highestOneBit(capacity) << 2];
        last = buckets.length - 1;
    }

    /** Finds the flow of a program's port to an address and port; {@link #NONE} if there is none. */
    synchronized int find(long toHigh, long toLow, int fromPort, int toPort) {
        int pair = (fromPort << 16) | toPort;
        for (int at = bucket(toHigh, toLow, pair); buckets[at] != 0; at = (at + 1) & last) {
            int flow = buckets[at] - 1;
            if (low[flow] == toLow && ports[flow] == pair && high[flow] == toHigh) {
                return flow;
            }
        }
        return NONE;
    }

    /** Adds a flow that waits for its dial, in place of a closed one with the same ends; {@link #NONE} if all are in use. */
    synchronized int add(long toHigh, long toLow, int fromPort, int toPort) {
        int flow;
        if (used < capacity) {
            flow = used++;
        } else if (closedCount > 0) {
            flow = closed[closedFrom];
            closedFrom = (closedFrom + 1) % capacity;
            closedCount--;
            forget(flow);
        } else {
            return NONE;
        }
        int older = find(toHigh, toLow, fromPort, toPort);
        if (older != NONE) {
            forget(older);
        }
        high[flow] = toHigh;
        low[flow] = toLow;
        ports[flow] = (fromPort << 16) | toPort;
        states[flow] = HELD;
        int at = bucket(toHigh, toLow, ports[flow]);
        while (buckets[at] != 0) {
            at = (at + 1) & last;
        }
        buckets[at] = flow + 1;
        return flow;
    }

    synchronized byte state(int flow) {
        return (byte) (states[flow] & STATE);
    }

    synchronized void open(int flow) {
        if (state(flow) == HELD) {
            states[flow] = OPEN;
        }
    }

    /** Closes a flow: its packets still find it, until its number is given to another. */
    synchronized void close(int flow) {
        if (state(flow) != CLOSED && states[flow] != 0) {
            states[flow] = CLOSED;
            closed[(closedFrom + closedCount) % capacity] = flow;
            closedCount++;
        }
    }

    /** Notes what the flags of a passing packet mean for its flow. */
    void passed(int flow, int flags, boolean out) {
        if ((flags & (Wire.FIN | Wire.RST)) != 0) {
            ended(flow, flags, out);
        }
    }

    private synchronized void ended(int flow, int flags, boolean out) {
        if ((flags & Wire.FIN) != 0 && state(flow) == OPEN) {
            states[flow] |= (byte) (out ? FIN_OUT : FIN_IN);
        }
        if ((flags & Wire.RST) != 0 || (states[flow] & (FIN_OUT | FIN_IN)) == (FIN_OUT | FIN_IN)) {
            if (state(flow) == OPEN) {
                close(flow);
            }
        }
    }

    synchronized long high(int flow) {
        return high[flow];
    }

    synchronized long low(int flow) {
        return low[flow];
    }

    /** Both ports: the program's in the upper half. */
    synchronized int ports(int flow) {
        return ports[flow];
    }

    /** Flows that are not closed. */
    synchronized int size() {
        return used - closedCount;
    }

    /** Takes a flow out of its bucket and moves up what was pushed behind it. */
    private void forget(int flow) {
        int hole = bucket(high[flow], low[flow], ports[flow]);
        while (buckets[hole] != flow + 1) {
            if (buckets[hole] == 0) {
                return;
            }
            hole = (hole + 1) & last;
        }
        for (int at = (hole + 1) & last; buckets[at] != 0; at = (at + 1) & last) {
            int other = buckets[at] - 1;
            int home = bucket(high[other], low[other], ports[other]);
            if (((at - home) & last) >= ((at - hole) & last)) {
                buckets[hole] = buckets[at];
                hole = at;
            }
        }
        buckets[hole] = 0;
    }

    private int bucket(long toHigh, long toLow, int pair) {
        long mixed = (toHigh * 31 + toLow) * 0x9E3779B97F4A7C15L + pair * 0xC2B2AE3D27D4EB4FL;
        return (int) (((mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L) >>> 32) & last;
    }
}
