package io.kubetun.kube.portforward;

import io.kubetun.kube.network.Affected;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Port-forward through the Kubernetes API, as one user to one server: the agentless way into pods. Each event loop has
 * connections of its own to a pod, made on demand, shared by flows, closed when unused for a minute.
 *
 * <p>What it cannot do is in the nature of a port-forward. There is no positive answer to a dial: a flow counts as open
 * at its first byte, or shortly after the node took it; if that was wrong the flow is reset with the reason. The pod is
 * entered by its loopback. And the pod's runtime cuts the answer a second after the client's end of stream, so that end
 * is held back until the pod has ended too or the flow has been quiet for five seconds.
 *
 * <p>Thread-safe; never blocks.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/">Kubernetes:
 *     port forwarding</a>
 */
public final class PortForwarder implements PodDialer {
    /**
     * Connections of one event loop to one pod at which no further one is opened. Measured: two keep bulk flows apart;
     * four cost the loop and the node more than they gain.
     */
    public static final int LINKS_PER_LOOP = 2;

    private final ApiServer server;
    private final ClusterEnvironment environment;
    private final Connector connector;
    private final ServerMemory memory;
    private final Map<EventLoop, LoopForwarder> loops = new ConcurrentHashMap<>();

    /**
     * Makes a forwarder that finds out which wire format the server takes.
     *
     * @param server the API server and the user's credentials
     * @param environment event loops, sockets and the event bus of the session
     */
    public PortForwarder(ApiServer server, ClusterEnvironment environment) {
        this(server, environment, Optional.empty());
    }

    /**
     * Makes a forwarder.
     *
     * @param server the API server and the user's credentials
     * @param environment event loops, sockets and the event bus of the session
     * @param format the one wire format to use; empty to try all
     */
    public PortForwarder(ApiServer server, ClusterEnvironment environment, Optional<WireFormat> format) {
        this.server = server;
        this.environment = environment;
        this.connector = new Connector(server, environment.transport());
        this.memory = new ServerMemory(format);
    }

    @Override
    public Future<Channel> dial(PodPort pod, EventLoop loop) {
        Promise<Channel> promise = loop.newPromise();
        LoopForwarder forwarder = on(loop);
        if (loop.inEventLoop()) {
            forwarder.dial(pod, promise);
        } else {
            loop.execute(() -> forwarder.dial(pod, promise));
        }
        return promise;
    }

    private LoopForwarder on(EventLoop loop) {
        return loops.computeIfAbsent(loop, key -> new LoopForwarder(server, environment, connector, memory, key));
    }

    @Override
    public Optional<WireFormat> format(String namespace) {
        return memory.format(namespace);
    }

    @Override
    public void podGone(String namespace, String pod) {
        PodKey key = new PodKey(namespace, pod);
        loops.forEach((loop, forwarder) -> loop.execute(() -> forwarder.podGone(key)));
    }

    @Override
    public void networkChanged(Affected affected) {
        memory.forgetFailure();
        loops.forEach((loop, forwarder) -> execute(loop, () -> forwarder.networkChanged(affected)));
    }

    @Override
    public void close() {
        loops.forEach((loop, forwarder) -> execute(loop, forwarder::close));
    }

    private static void execute(EventExecutor loop, Runnable task) {
        if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }
}
