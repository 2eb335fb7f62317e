package io.kubetun.kube.portforward;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The flows whose client has ended its side and whose pod has not been told. A container runtime cuts the pod's answer
 * one second after our end of stream, so it is held back until the pod has ended too or nothing has moved for
 * {@link #IDLE_NANOS}. Confined to the event loop.
 */
final class HeldFins {
    /** How long a half-closed flow may be quiet before the pod is told. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How many a connection holds; the oldest is let go above. */
    static final int MAX = 256;

    private final Link link;
    private final Set<PodChannel> flows = new LinkedHashSet<>();

    HeldFins(Link link) {
        this.link = link;
    }

    void hold(PodChannel flow, long now) {
        StreamState stream = flow.stream();
        if (stream.isFinSent() || stream.isFinHeld()) {
            return;
        }
        if (flow.isInputEnded()) {
            send(flow);
            return;
        }
        stream.holdFin(now);
        flows.add(flow);
        if (flows.size() > MAX) {
            PodChannel oldest = flows.iterator().next();
            flows.remove(oldest);
            send(oldest);
        }
    }

    void podEnded(PodChannel flow) {
        if (flows.remove(flow)) {
            send(flow);
        }
    }

    void forget(PodChannel flow) {
        flows.remove(flow);
    }

    /** Lets go those that have been quiet. Called about once a second. */
    void tick(long now) {
        for (Iterator<PodChannel> all = flows.iterator(); all.hasNext(); ) {
            PodChannel flow = all.next();
            if (flow.quietSince(flow.stream().finHeldAt(), now) >= IDLE_NANOS) {
                all.remove();
                send(flow);
            }
        }
    }

    private void send(PodChannel flow) {
        link.sendFin(flow);
        link.outbox().flushLater();
    }
}
