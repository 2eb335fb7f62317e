package io.kubetun.kube.portforward;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what a connection holds for slow readers. SPDY as Kubernetes speaks it has no flow control, so the one means
 * is to stop reading the connection: done as long as the slow reader makes progress or is alone. A reader that takes
 * nothing for {@link #STALL_TICKS} ticks while others share the connection is stalled: the connection is read on for
 * the others until the stalled flow holds {@link #FLOW_LIMIT} bytes. Then the connection waits for it once more: on a
 * busy machine a reader may stand still for a moment. One that takes nothing for {@link #RESET_TICKS} ticks is reset.
 * Confined to the event loop.
 */
final class ReadGate {
    /** Bytes held for one flow above which the connection is no longer read. */
    static final int HIGH = 1 << 20;
    /** Bytes held below which it is read again. */
    static final int LOW = 256 << 10;
    /** Bytes held for a stalled flow beside others; the connection is not read above. */
    static final int FLOW_LIMIT = 8 << 20;
    /** How often progress is looked at, in milliseconds. */
    static final int TICK_MILLIS = 25;
    /** Ticks without progress after which a reader is stalled. */
    static final int STALL_TICKS = 4;
    /** Ticks without progress after which a reader that holds back others is reset: three seconds. */
    static final int RESET_TICKS = 120;

    private final Link link;
    private final Channel channel;
    private final List<PodChannel> over = new ArrayList<>();
    private final List<PodChannel> stalled = new ArrayList<>();
    private Future<?> watch;

    ReadGate(Link link, Channel channel) {
        this.link = link;
        this.channel = channel;
    }

    /** Says whether a slow reader holds this connection, so that new flows had better take another. */
    boolean isCongested() {
        return !over.isEmpty() || !stalled.isEmpty();
    }

    /** Says whether the connection is not read at the moment. */
    boolean isClosed() {
        return !over.isEmpty();
    }

    /** More is held for the flow. */
    void grew(PodChannel flow) {
        if (flow.stream().isStalled()) {
            if (flow.queued() > FLOW_LIMIT) {
                overflow(flow);
            }
        } else if (flow.queued() > HIGH && !over.contains(flow)) {
            hold(flow);
        }
    }

    /** Less is held for the flow, or it has ended. */
    void shrank(PodChannel flow) {
        if (flow.queued() < LOW && isCongested()) {
            flow.stream().stalled(false);
            stalled.remove(flow);
            if (over.remove(flow)) {
                openIfFree();
            }
        }
    }

    private void hold(PodChannel flow) {
        flow.stream().tick(flow.handedOn());
        stop(flow);
    }

    private void stop(PodChannel flow) {
        over.add(flow);
        flow.stream().stalled(false);
        channel.config().setAutoRead(false);
        if (watch == null) {
            watch = channel.eventLoop()
                    .scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        for (PodChannel flow : List.copyOf(over)) {
            int standing = flow.stream().tick(flow.handedOn());
            if (link.flows() == 1) {
                continue;
            }
            if (flow.queued() > FLOW_LIMIT) {
                if (standing >= RESET_TICKS) {
                    over.remove(flow);
                    reset(flow);
                }
            } else if (standing >= STALL_TICKS) {
                over.remove(flow);
                flow.stream().stalled(true);
                stalled.add(flow);
                link.log("{}: its reader takes nothing; reading on for the others", flow.pod());
            }
        }
        openIfFree();
    }

    private void openIfFree() {
        if (over.isEmpty()) {
            if (watch != null) {
                watch.cancel(false);
                watch = null;
            }
            channel.config().setAutoRead(true);
        }
    }

    private void overflow(PodChannel flow) {
        stalled.remove(flow);
        stop(flow);
    }

    private void reset(PodChannel flow) {
        link.log("{}: reset, its reader takes nothing while others wait", flow.pod());
        flow.overflowed(new DialException(
                Reason.RESET, flow.pod() + ": the reader stood still while others shared the connection"));
    }
}
