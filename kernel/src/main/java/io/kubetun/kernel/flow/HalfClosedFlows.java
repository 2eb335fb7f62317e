package io.kubetun.kernel.flow;

import io.kubetun.spi.host.Host;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The flows of one loop whose client has sent a FIN while the cluster still has something to say. A FIN looks the same
 * whether the client waits for the answer or has gone; the operating system knows, so it is asked at the FIN and then
 * once a second, for a bounded number of flows a round. No timer runs without such a flow. Used on its loop only.
 */
final class HalfClosedFlows {
    private static final long ROUND_MILLIS = 1000;

    /** Flows asked about in one round, some 10 µs each; the others have their turn in the next one. */
    private static final int ASKED_PER_ROUND = 256;

    private final EventLoop loop;
    private final Host host;
    private final ArrayDeque<Splice> held = new ArrayDeque<>();

    HalfClosedFlows(EventLoop loop, Host host) {
        this.loop = loop;
        this.host = host;
    }

    /** Says whether the client has gone wholly: true only if certain. */
    boolean isGone(DuplexChannel client) {
        return client.localAddress() instanceof InetSocketAddress local
                && client.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress()
                && host.peerClosed(local, peer);
    }

    /** Watches a flow until it has ended or its client has gone. */
    void hold(Splice flow) {
        held.add(flow);
        if (held.size() == 1) {
            schedule();
        }
    }

    private void schedule() {
        loop.schedule(this::ask, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        int asked = 0;
        for (int left = held.size(); left > 0; left--) {
            Splice flow = held.poll();
            if (flow.hasEnded()) {
                continue;
            }
            if (asked++ < ASKED_PER_ROUND && isGone(flow.client())) {
                flow.clientGone();
            } else {
                held.add(flow);
            }
        }
        if (!held.isEmpty()) {
            schedule();
        }
    }
}
