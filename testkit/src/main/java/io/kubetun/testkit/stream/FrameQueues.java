package io.kubetun.testkit.stream;

import io.netty.handler.codec.spdy.SpdyStreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The queues of spdystream: a frame waits in the one of its stream's id modulo 5; each holds 50 frames, and when one is
 * full nothing more is read from the connection. So a stream that nobody reads stalls all.
 */
final class FrameQueues {
    private static final int QUEUES = 5;
    private static final int FRAMES = 50;

    private final List<Queue<SpdyStreamFrame>> queues = Stream.<Queue<SpdyStreamFrame>>generate(ArrayDeque::new)
            .limit(QUEUES)
            .toList();
    private final Predicate<SpdyStreamFrame> consumer;
    private boolean draining;

    /**
     * Makes empty queues.
     *
     * @param consumer handles a frame, or returns false to be asked again later
     */
    FrameQueues(Predicate<SpdyStreamFrame> consumer) {
        this.consumer = consumer;
    }

    void add(SpdyStreamFrame frame) {
        queues.get(frame.streamId() % QUEUES).add(frame);
        drain(frame.streamId());
    }

    /** Handles what waits in the queue of a stream, as far as it can be. */
    void drain(int streamId) {
        if (draining) {
            return; // a frame that is being handled made room: the loop below goes on
        }
        draining = true;
        Queue<SpdyStreamFrame> queue = queues.get(streamId % QUEUES);
        while (!queue.isEmpty() && consumer.test(queue.element())) {
            queue.remove();
        }
        draining = false;
    }

    boolean full() {
        return queues.stream().anyMatch(queue -> queue.size() >= FRAMES);
    }

    void clear() {
        for (Queue<SpdyStreamFrame> queue : queues) {
            queue.forEach(ReferenceCountUtil::release);
            queue.clear();
        }
    }
}
