package io.kubetun.kube.portforward;

import io.kubetun.kube.network.Affected;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.event.Event;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * The connections to one pod on one event loop, and the dials that wait for one. A new flow takes the connection with
 * the fewest flows; while all have some, another is opened beside them, up to a limit, so that bulk flows come to have
 * one each. Confined to the event loop.
 */
final class PodLinks implements Link.Owner {
    /** Dials that may wait for a connection; more fail. */
    static final int MAX_WAITING = 1024;
    /** Flows of a pod in the format that needs a connection for each; more fail. */
    static final int MAX_SINGLE_LINKS = 512;

    private final PodKey pod;
    private final LoopForwarder forwarder;
    private final List<Link> links = new ArrayList<>();
    private final Queue<Dial> waiting = new ArrayDeque<>();
    private final Reconnect reconnect;
    private int connecting;
    private boolean closed;

    PodLinks(PodKey pod, LoopForwarder forwarder) {
        this.pod = pod;
        this.forwarder = forwarder;
        this.reconnect = new Reconnect(forwarder.loop(), this::probe);
    }

    PodKey pod() {
        return pod;
    }

    /** Takes the dial to a connection, now or when there is one. */
    void dial(Dial dial) {
        int port = dial.pod().port();
        Optional<Link> best = best(port);
        if (best.isEmpty()) {
            await(dial, singleLinks() || connecting == 0);
            return;
        }
        Link link = best.get();
        if (link.flows() > 0 && connecting == 0 && links.size() < PortForwarder.LINKS_PER_LOOP && !singleLinks()) {
            connect(port);
        }
        if (link.isBusy() && connecting > 0) {
            await(dial, false);
        } else {
            dial.startOn(link);
        }
    }

    private void await(Dial dial, boolean connect) {
        Optional<String> lost = forwarder.memory().unreachableNow();
        if (connecting == 0 && lost.isPresent()) {
            dial.failed(new DialException(
                    Reason.CLUSTER_LOST, dial.pod() + ": the API server cannot be reached: " + lost.get()));
        } else if (waiting.size() >= MAX_WAITING || links.size() + connecting >= MAX_SINGLE_LINKS) {
            dial.failed(new DialException(Reason.LIMIT, dial.pod() + ": too many dials wait for a connection"));
        } else {
            dial.waits();
            waiting.add(dial);
            if (connect) {
                connect(dial.pod().port());
            }
        }
    }

    private boolean singleLinks() {
        return forwarder
                .memory()
                .format(pod.namespace())
                .filter(WireFormat.WEBSOCKET_CHANNELS::equals)
                .isPresent();
    }

    private Optional<Link> best(int port) {
        return links.stream()
                .filter(link -> link.accepts(port))
                .min(Comparator.comparing(Link::isBusy).thenComparingInt(Link::flows));
    }

    private void connect(int port) {
        connecting++;
        forwarder.attempt(this, port).start();
    }

    private void probe() {
        if (links.isEmpty() && connecting == 0) {
            connect(1);
        }
    }

    /** Finds out which connections still live, and makes lost ones again now. */
    void networkChanged(Affected affected) {
        links.forEach(link -> link.networkChanged(affected));
        reconnect.now();
    }

    /** An attempt has succeeded. */
    void connected(Link link) {
        connecting--;
        if (closed) {
            link.cut(new IOException("the pod is gone"));
            return;
        }
        links.add(link);
        if (reconnect.succeeded()) {
            forwarder.publish(session -> new Event.LinkRestored(session, pod.toString()));
        }
        serveWaiting();
    }

    private void serveWaiting() {
        for (int left = waiting.size(); left > 0; left--) {
            Dial dial = waiting.remove();
            if (dial.isDone()) {
                continue;
            }
            Optional<Link> link = best(dial.pod().port());
            if (link.isPresent()) {
                dial.startOn(link.get());
            } else {
                waiting.add(dial);
                if (connecting < waiting.size()) {
                    connect(dial.pod().port());
                }
            }
        }
    }

    /** An attempt has failed. */
    void connectFailed(DialException cause) {
        connecting--;
        if (!closed && links.stream().anyMatch(link -> link.accepts(0)) && !singleLinks()) {
            serveWaiting();
            return;
        }
        reconnect.failed(cause.reason() == Reason.CLUSTER_LOST);
        if (connecting == 0 || !singleLinks()) {
            failWaiting(cause);
        }
        forwarder.forgetIfUnused(this);
    }

    private void failWaiting(DialException cause) {
        Dial dial;
        while ((dial = waiting.poll()) != null) {
            dial.failed(new DialException(cause.reason(), cause.getMessage(), cause.getCause()));
        }
    }

    @Override
    public void closed(Link link, String reason) {
        links.remove(link);
        List<PodChannel> flows = link.allFlows();
        boolean carried = false;
        for (PodChannel flow : flows) {
            link.ended(flow);
            if (flow.stream().isOver()) {
                continue;
            }
            Dial dial = flow.dial();
            carried |= dial.isDone();
            if (!closed && dial.mayRetry()) {
                dial(dial);
            } else {
                flow.cut(DialFailures.linkLost(flow.pod(), reason));
            }
        }
        if (carried && !closed) {
            forwarder.publish(session -> new Event.LinkLost(session, pod.toString(), reason));
            reconnect.lost();
        }
        forwarder.forgetIfUnused(this);
    }

    @Override
    public void draining(Link link) {
        links.remove(link);
    }

    /** The pod is gone, or all is closed: flows are reset, dials fail. */
    void close(DialException cause) {
        closed = true;
        reconnect.stop();
        failWaiting(cause);
        for (Link link : List.copyOf(links)) {
            link.cut(cause);
        }
    }

    boolean isUnused() {
        return links.isEmpty() && connecting == 0 && waiting.isEmpty() && !reconnect.isRunning();
    }
}
