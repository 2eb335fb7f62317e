package io.kubetun.kube.portforward;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Shares a connection's outbound side among its flows: whoever finds it full waits in a queue, and each in turn sends
 * {@link #QUANTUM} bytes. Flushes are gathered: all that one round of the event loop writes leaves in one go. Confined
 * to the event loop; the queue holds each flow at most once.
 */
final class Outbox {
    /** Bytes that a flow may send in its turn. */
    static final int QUANTUM = 128 << 10;
    /** How long the opening or the end of a flow waits for company. */
    static final long LATER_MICROS = 200;

    private final Channel channel;
    private final Queue<PodChannel> waiting = new ArrayDeque<>();
    private final Runnable flush = this::flush;
    private final Runnable flushLate = this::flushLate;
    private boolean flushScheduled;
    private boolean laterScheduled;
    private boolean later;
    private PodChannel turn;

    Outbox(Channel channel) {
        this.channel = channel;
    }

    /** Says whether the connection takes more. */
    boolean writable() {
        return channel.isWritable();
    }

    /** Says how many bytes the flow may send now. */
    int quota(PodChannel flow) {
        if (flow.equals(turn)) {
            return QUANTUM;
        }
        return waiting.isEmpty() ? Integer.MAX_VALUE : 0;
    }

    /** Puts the flow at the end of the queue. */
    void await(PodChannel flow) {
        if (!waiting.contains(flow)) {
            waiting.add(flow);
        }
    }

    void remove(PodChannel flow) {
        waiting.remove(flow);
    }

    /** Gives the waiting flows their turns while the connection takes more. */
    void writable(boolean now) {
        while (now && channel.isWritable() && turn == null) {
            PodChannel next = waiting.poll();
            if (next == null) {
                return;
            }
            turn = next;
            try {
                next.writable();
            } finally {
                turn = null;
            }
        }
    }

    /** Flushes at the end of this round of the event loop. */
    void flushSoon() {
        if (!flushScheduled) {
            flushScheduled = true;
            channel.eventLoop().execute(flush);
        }
    }

    /**
     * Flushes within {@link #LATER_MICROS}, with the next {@link #flushSoon} if that comes first. Each flush is a TLS
     * record, and each record wakes the API server, the kubelet and the container runtime: so a flow's opening waits a
     * moment for its first bytes, and its end for whatever leaves next.
     */
    void flushLater() {
        later = true;
        if (!laterScheduled) {
            laterScheduled = true;
            channel.eventLoop().schedule(flushLate, LATER_MICROS, TimeUnit.MICROSECONDS);
        }
    }

    private void flush() {
        flushScheduled = false;
        later = false;
        channel.flush();
    }

    private void flushLate() {
        laterScheduled = false;
        if (later) {
            flush();
        }
    }
}
