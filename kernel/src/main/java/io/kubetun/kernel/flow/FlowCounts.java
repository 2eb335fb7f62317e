package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a session counts of its flows. Only grows, except {@link #open}. Safe for use by several threads. */
public final class FlowCounts {
    private final LongAdder open = new LongAdder();
    private final LongAdder total = new LongAdder();
    private final LongAdder reset = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder dials = new LongAdder();
    private final LongAdder dialNanos = new LongAdder();
    private final Map<DialException.Reason, LongAdder> failed = new EnumMap<>(DialException.Reason.class);

    /** Starts at zero. */
    public FlowCounts() {
        for (DialException.Reason reason : DialException.Reason.values()) {
            failed.put(reason, new LongAdder());
        }
    }

    /**
     * Returns how many flows are open.
     *
     * @return 0 or more
     */
    public long open() {
        return open.sum();
    }

    /**
     * Returns how many flows were ever opened.
     *
     * @return 0 or more
     */
    public long total() {
        return total.sum();
    }

    /**
     * Returns how many flows were cut instead of ended.
     *
     * @return 0 or more
     */
    public long reset() {
        return reset.sum();
    }

    /**
     * Returns how many connections were refused because the session had as many as it may.
     *
     * @return 0 or more
     */
    public long refused() {
        return refused.sum();
    }

    /**
     * Returns how many bytes went towards the cluster.
     *
     * @return bytes
     */
    public long sent() {
        return sent.sum();
    }

    /**
     * Returns how many bytes came from the cluster.
     *
     * @return bytes
     */
    public long received() {
        return received.sum();
    }

    /**
     * Returns how many dials succeeded.
     *
     * @return 0 or more
     */
    public long dials() {
        return dials.sum();
    }

    /**
     * Returns how long the successful dials took together.
     *
     * @return nanoseconds
     */
    public long dialNanos() {
        return dialNanos.sum();
    }

    /**
     * Returns how many dials failed.
     *
     * @return 0 or more
     */
    public long failed() {
        return failed.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /**
     * Returns how many dials failed for one reason.
     *
     * @param reason the reason
     * @return 0 or more
     */
    public long failed(DialException.Reason reason) {
        return failed.get(reason).sum();
    }

    void flowOpened() {
        open.increment();
        total.increment();
    }

    void flowClosed(boolean cut) {
        open.decrement();
        if (cut) {
            reset.increment();
        }
    }

    void connectionRefused() {
        refused.increment();
    }

    void bytesSent(long bytes) {
        sent.add(bytes);
    }

    void bytesReceived(long bytes) {
        received.add(bytes);
    }

    void dialed(long nanos) {
        dials.increment();
        dialNanos.add(nanos);
    }

    void dialFailed(DialException.Reason reason) {
        failed.get(reason).increment();
    }
}
