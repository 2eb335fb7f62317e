package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.event.Event;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * What a session counts of its flows, all of them or a part. Only grows, except {@link #open}. Safe for use by several
 * threads.
 */
public final class FlowCounts {
    private final Optional<FlowCounts> whole;
    private final Optional<FlowParts> parts;
    private final LongAdder open = new LongAdder();
    private final LongAdder total = new LongAdder();
    private final LongAdder reset = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder dials = new LongAdder();
    private final LongAdder dialNanos = new LongAdder();
    private final LongAdder linksLost = new LongAdder();
    private final LongAdder linksRestored = new LongAdder();
    private final Map<DialException.Reason, LongAdder> failed = new EnumMap<>(DialException.Reason.class);

    private volatile LongConsumer dialTimer = nanos -> {};

    /** Starts at zero, for a whole session. */
    public FlowCounts() {
        whole = Optional.empty();
        parts = Optional.of(new FlowParts(this));
        start();
    }

    /** Starts at zero, for a part: what it counts the whole counts too. */
    FlowCounts(FlowCounts session) {
        whole = Optional.of(session);
        parts = Optional.empty();
        start();
    }

    private void start() {
        for (DialException.Reason reason : DialException.Reason.values()) {
            failed.put(reason, new LongAdder());
        }
    }

    /**
     * Returns the same by mode and Service.
     *
     * @return the parts of a session
     * @throws java.util.NoSuchElementException if these are the counts of a part
     */
    public FlowParts parts() {
        return parts.orElseThrow();
    }

    /**
     * Tells how long each successful dial took, from now on.
     *
     * @param timer told nanoseconds, on any thread; must not block
     */
    public void timeDials(LongConsumer timer) {
        dialTimer = timer;
    }

    /**
     * Counts what an event says.
     *
     * @param event what the session's cluster or a mode published
     */
    public void learn(Event event) {
        switch (event) {
            case Event.LinkLost _ -> linksLost.increment();
            case Event.LinkRestored _ -> linksRestored.increment();
            default -> {
                // Counted where it happens, or not at all.
            }
        }
    }

    /**
     * Returns how many times a connection to the cluster was lost.
     *
     * @return 0 or more
     */
    public long linksLost() {
        return linksLost.sum();
    }

    /**
     * Returns how many times a lost connection to the cluster came back.
     *
     * @return 0 or more
     */
    public long linksRestored() {
        return linksRestored.sum();
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
        whole.ifPresent(FlowCounts::flowOpened);
    }

    void flowClosed(boolean cut) {
        open.decrement();
        if (cut) {
            reset.increment();
        }
        if (whole.isPresent()) {
            whole.get().flowClosed(cut);
        }
    }

    void connectionRefused() {
        refused.increment();
    }

    void bytesSent(long bytes) {
        sent.add(bytes);
        if (whole.isPresent()) {
            whole.get().bytesSent(bytes);
        }
    }

    void bytesReceived(long bytes) {
        received.add(bytes);
        if (whole.isPresent()) {
            whole.get().bytesReceived(bytes);
        }
    }

    void dialed(long nanos) {
        dials.increment();
        dialNanos.add(nanos);
        dialTimer.accept(nanos);
        if (whole.isPresent()) {
            whole.get().dialed(nanos);
        }
    }

    void dialFailed(DialException.Reason reason) {
        failed.get(reason).increment();
        if (whole.isPresent()) {
            whole.get().dialFailed(reason);
        }
    }
}
