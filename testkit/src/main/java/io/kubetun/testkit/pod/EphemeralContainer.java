package io.kubetun.testkit.pod;

import io.netty.channel.socket.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A container that was added to a pod as it runs. Thread-safe. */
public interface EphemeralContainer {
    /**
     * Returns its pod's name.
     *
     * @return unique in its namespace
     */
    String pod();

    /**
     * Returns its name.
     *
     * @return unique in its pod
     */
    String name();

    /**
     * Returns what its program is told.
     *
     * @return the words
     */
    List<String> arguments();

    /**
     * Returns its environment.
     *
     * @return the variables that have a value of their own
     */
    Map<String, String> environment();

    /**
     * Serves TCP on the pod's loopback, until the container ends.
     *
     * @param port the port
     * @param initializer sets up the pipeline of each connection; called on its event loop, so it must not block
     */
    void tcp(int port, Consumer<SocketChannel> initializer);

    /**
     * Ends it, once.
     *
     * @param exitCode how
     * @param message its termination message; empty for none
     */
    void end(int exitCode, String message);
}
