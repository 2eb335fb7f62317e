package io.kubetun.testkit.pod;

import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * Says what a pod is and what it serves. Used while the pod is made, on the thread that makes it. Every port that is
 * served here is reached by the pod's loopback only, as port-forward does it; a port that is not served refuses.
 */
public interface PodSetup {
    /**
     * Returns the pod's name.
     *
     * @return unique in its namespace
     */
    String name();

    /**
     * Returns the pod's address.
     *
     * @return an IPv4 address of the pod network; nothing listens there
     */
    String ip();

    /**
     * Serves HTTP/1.1.
     *
     * @param port the container's port
     * @param function answers each request
     * @return this
     */
    PodSetup http(int port, HttpFunction function);

    /**
     * Serves TCP. {@link TcpServers} has some.
     *
     * @param port the container's port
     * @param initializer sets up the pipeline of each connection; called on its event loop, so it must not block
     * @return this
     */
    PodSetup tcp(int port, Consumer<SocketChannel> initializer);

    /**
     * Leads a port to a server that is already there.
     *
     * @param port the container's port
     * @param server where it listens
     * @return this
     */
    PodSetup server(int port, InetSocketAddress server);

    /**
     * Declares a port by name, so that a Service can target it by that name. It is not thereby served.
     *
     * @param name the port's name
     * @param port the container's port
     * @return this
     */
    PodSetup containerPort(String name, int port);

    /**
     * Answers commands ({@code kubectl exec}). Without it none can be run.
     *
     * @param function runs each command
     * @return this
     */
    PodSetup exec(ExecFunction function);

    /**
     * Adds a label.
     *
     * @param key the label
     * @param value its value
     * @return this
     */
    PodSetup label(String key, String value);

    /**
     * Starts the pod as not ready.
     *
     * @return this
     */
    PodSetup notReady();
}
