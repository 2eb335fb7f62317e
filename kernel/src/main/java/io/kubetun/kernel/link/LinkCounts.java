package io.kubetun.kernel.link;

import java.util.concurrent.atomic.LongAdder;

/** What the links of one pool or server have carried. Thread-safe. */
public final class LinkCounts {
    private final LongAdder links = new LongAdder();
    private final LongAdder flows = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder overflowed = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    LinkCounts() {}

    void linkOpened() {
        links.increment();
    }

    void linkClosed() {
        links.decrement();
    }

    void flowOpened() {
        flows.increment();
        opened.increment();
    }

    void flowClosed() {
        flows.decrement();
    }

    void flowFailed() {
        failed.increment();
    }

    void countReceived(int bytes) {
        received.add(bytes);
    }

    void countSent(int bytes) {
        sent.add(bytes);
    }

    void flowOverflowed() {
        overflowed.increment();
    }

    void datagramDropped() {
        dropped.increment();
    }

    /**
     * Returns how many links are open.
     *
     * @return 0 or more
     */
    public long links() {
        return links.sum();
    }

    /**
     * Returns how many flows are open.
     *
     * @return 0 or more
     */
    public long flows() {
        return flows.sum();
    }

    /**
     * Returns how many flows were opened.
     *
     * @return since the start
     */
    public long opened() {
        return opened.sum();
    }

    /**
     * Returns how many flows could not be opened.
     *
     * @return since the start
     */
    public long failed() {
        return failed.sum();
    }

    /**
     * Returns how many bytes of flows have come over the links.
     *
     * @return since the start
     */
    public long received() {
        return received.sum();
    }

    /**
     * Returns how many bytes of flows went over the links.
     *
     * @return since the start
     */
    public long sent() {
        return sent.sum();
    }

    /**
     * Returns how many flows were reset because too much waited for their readers.
     *
     * @return since the start
     */
    public long overflowed() {
        return overflowed.sum();
    }

    /**
     * Returns how many datagrams were dropped because the way was full.
     *
     * @return since the start
     */
    public long dropped() {
        return dropped.sum();
    }
}
