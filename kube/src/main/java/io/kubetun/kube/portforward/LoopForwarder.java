package io.kubetun.kube.portforward;

import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The port-forwards of one event loop: a flow, its connection and the client's socket live on the same loop, so that
 * no byte changes threads. Confined to that loop.
 */
final class LoopForwarder {
    private final ApiServer server;
    private final ClusterEnvironment environment;
    private final Connector connector;
    private final ServerMemory memory;
    private final EventLoop loop;
    private final OpenPorts openPorts = new OpenPorts();
    private final Map<PodKey, PodLinks> pods = new HashMap<>();
    private boolean closed;

    LoopForwarder(
            ApiServer server,
            ClusterEnvironment environment,
            Connector connector,
            ServerMemory memory,
            EventLoop loop) {
        this.server = server;
        this.environment = environment;
        this.connector = connector;
        this.memory = memory;
        this.loop = loop;
    }

    void dial(PodPort pod, Promise<Channel> promise) {
        Dial dial = new Dial(pod, loop, promise, memory, openPorts);
        if (closed) {
            dial.failed(new DialException(Reason.CLUSTER_LOST, pod + ": the session has ended"));
            return;
        }
        pods.computeIfAbsent(PodKey.of(pod), key -> new PodLinks(key, this)).dial(dial);
    }

    void podGone(PodKey pod) {
        openPorts.removePod(pod);
        PodLinks links = pods.remove(pod);
        if (links != null) {
            links.close(new DialException(Reason.UNREACHABLE, pod + " is gone"));
        }
    }

    void networkChanged(Affected affected) {
        List.copyOf(pods.values()).forEach(links -> links.networkChanged(affected));
    }

    void close() {
        closed = true;
        List<PodLinks> all = List.copyOf(pods.values());
        pods.clear();
        all.forEach(links -> links.close(new DialException(Reason.CLUSTER_LOST, "the session has ended")));
    }

    ConnectAttempt attempt(PodLinks links, int port) {
        return new ConnectAttempt(server, connector, memory, loop, links, port);
    }

    void forgetIfUnused(PodLinks links) {
        if (links.isUnused()) {
            pods.remove(links.pod(), links);
        }
    }

    void publish(Function<String, Event> event) {
        environment.events().publish(event.apply(environment.session()));
    }

    ServerMemory memory() {
        return memory;
    }

    EventLoop loop() {
        return loop;
    }
}
