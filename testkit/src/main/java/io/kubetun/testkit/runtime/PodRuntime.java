package io.kubetun.testkit.runtime;

import io.kubetun.testkit.pod.ExecFunction;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What runs in a pod. Thread-safe. */
public final class PodRuntime {
    private final String namespace;
    private final String name;
    private final String sandbox;
    private final Map<Integer, PodPort> ports;
    private final Optional<ExecFunction> exec;
    private final EventLoopGroup loops;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final UUID networkNamespace = UUID.randomUUID();
    private volatile boolean stopped;

    PodRuntime(
            String namespace,
            String name,
            String sandbox,
            Map<Integer, PodPort> ports,
            Optional<ExecFunction> exec,
            EventLoopGroup loops) {
        this.namespace = namespace;
        this.name = name;
        this.sandbox = sandbox;
        this.ports = new ConcurrentHashMap<>(ports);
        this.exec = exec;
        this.loops = loops;
    }

    /**
     * Returns the pod's namespace.
     *
     * @return its name
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Returns the pod's name.
     *
     * @return its name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the id that the container runtime knows the pod by.
     *
     * @return 64 hexadecimal digits
     */
    public String sandbox() {
        return sandbox;
    }

    /**
     * Returns the name of its network namespace on the node.
     *
     * @return a UUID
     */
    public UUID networkNamespace() {
        return networkNamespace;
    }

    /**
     * Returns what answers commands.
     *
     * @return empty if none can be run
     */
    public Optional<ExecFunction> exec() {
        return exec;
    }

    /**
     * Says whether the pod has ended.
     *
     * @return true from its end on
     */
    public boolean stopped() {
        return stopped;
    }

    /**
     * Finds where a port listens.
     *
     * @param port the container's port
     * @return the loopback address behind it; empty if nothing listens
     */
    public Optional<Future<InetSocketAddress>> listener(int port) {
        return stopped
                ? Optional.empty()
                : Optional.ofNullable(ports.get(port)).map(found -> found.address(loops, channels));
    }

    /**
     * Serves a port from now on.
     *
     * @param port the port
     * @param initializer sets up the pipeline of each connection
     */
    public void serve(int port, Consumer<SocketChannel> initializer) {
        ports.put(port, new PodPort.Served(initializer));
    }

    /**
     * Refuses a port from now on.
     *
     * @param port the port
     */
    public void refuse(int port) {
        ports.remove(port);
    }

    /** Ends the pod: its listeners and connections are closed. */
    public void stop() {
        stopped = true;
        channels.close();
    }
}
