package io.kubetun.kube.portforward;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Shares a connection's outbound side among its flows: whoever finds it full waits in a queue, and each in turn sends
 * {@link #QUANTUM} bytes. Flushes are gathered: all that one round of the event loop writes leaves in one go. Confined
 * to the event loop; the queue holds each flow at most once.
 */
final class Outbox {
    /** Bytes that a flow may send in its turn. */
    static final int QUANTUM = 128 << 10;

    private final Channel channel;
    private final Queue<PodChannel> waiting = new ArrayDeque<>();
    private final Runnable flush = this::flush;
    private boolean flushScheduled;
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

    private void flush() {
        flushScheduled = false;
        channel.flush();
    }
}
