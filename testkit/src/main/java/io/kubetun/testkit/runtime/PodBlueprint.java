package io.kubetun.testkit.runtime;

import io.kubetun.testkit.pod.ExecFunction;
import io.kubetun.testkit.pod.HttpFunction;
import io.kubetun.testkit.pod.PodSetup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** What a {@link PodSetup} was told. */
public final class PodBlueprint implements PodSetup {
    private final String namespace;
    private final String name;
    private final String ip;
    private final Map<Integer, PodPort> ports = new LinkedHashMap<>();
    private final Map<String, Integer> portNames = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private Optional<ExecFunction> exec = Optional.empty();
    private boolean ready = true;

    /**
     * Starts an empty one.
     *
     * @param namespace the pod's namespace
     * @param name its name
     * @param ip its address
     */
    public PodBlueprint(String namespace, String name, String ip) {
        this.namespace = namespace;
        this.name = name;
        this.ip = ip;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String ip() {
        return ip;
    }

    @Override
    public PodSetup http(int port, HttpFunction function) {
        return tcp(port, HttpPipeline.of(function));
    }

    @Override
    public PodSetup tcp(int port, Consumer<SocketChannel> initializer) {
        ports.put(port, new PodPort.Served(initializer));
        return this;
    }

    @Override
    public PodSetup server(int port, InetSocketAddress server) {
        ports.put(port, new PodPort.Elsewhere(server));
        return this;
    }

    @Override
    public PodSetup containerPort(String portName, int port) {
        portNames.put(portName, port);
        return this;
    }

    @Override
    public PodSetup exec(ExecFunction function) {
        exec = Optional.of(function);
        return this;
    }

    @Override
    public PodSetup label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    @Override
    public PodSetup notReady() {
        ready = false;
        return this;
    }

    /**
     * Returns the labels.
     *
     * @return in the order they were given
     */
    public Map<String, String> labels() {
        return labels;
    }

    /**
     * Returns the named ports.
     *
     * @return numbers by name
     */
    public Map<String, Integer> portNames() {
        return portNames;
    }

    /**
     * Says whether the pod starts ready.
     *
     * @return true unless told otherwise
     */
    public boolean ready() {
        return ready;
    }

    /**
     * Makes what runs.
     *
     * @param loops to serve on
     * @return the pod, not yet serving
     */
    public PodRuntime runtime(EventLoopGroup loops) {
        String sandbox = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
        return new PodRuntime(namespace, name, sandbox, ports, exec, loops);
    }
}
