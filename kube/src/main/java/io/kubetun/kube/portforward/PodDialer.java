package io.kubetun.kube.portforward;

import io.kubetun.kube.network.Affected;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Optional;

/** Opens byte streams to ports of pods. Thread-safe; never blocks. */
public interface PodDialer extends AutoCloseable {
    /**
     * Opens a TCP flow to a port inside a pod.
     *
     * @param pod which port of which pod
     * @param loop the event loop that the channel shall live on
     * @return the channel as {@link io.kubetun.spi.Dialer#dial} promises it, or a {@link io.kubetun.spi.DialException}
     */
    Future<Channel> dial(PodPort pod, EventLoop loop);

    /**
     * Says whether a flow to a pod is led to a process on this machine, as long as one listens, for {@code why}.
     *
     * @param pod which port of which pod
     * @return true if this user intercepts the pod
     */
    default boolean staysHere(PodPort pod) {
        return false;
    }

    /**
     * Says which wire format worked last in a namespace, for {@code why}.
     *
     * @param namespace the pods' namespace
     * @return the format; empty before the first connection
     */
    Optional<WireFormat> format(String namespace);

    /**
     * Says that a pod is gone or another one has its name: its connections are closed, their flows reset.
     *
     * @param namespace the pod's namespace
     * @param pod the pod's name
     */
    void podGone(String namespace, String pod);

    /**
     * Says that the network of this machine has changed: connections that may be dead are tried, and those that do not
     * answer soon are cut; lost ones are made again now.
     *
     * @param affected what may be broken
     */
    void networkChanged(Affected affected);

    /** Closes all connections. */
    @Override
    void close();

    /**
     * A port of a pod.
     *
     * @param namespace the pod's namespace
     * @param pod its name
     * @param port 1 to 65535
     */
    record PodPort(String namespace, String pod, int port) {
        @Override
        public String toString() {
            return "pod/" + pod + "." + namespace + ":" + port;
        }
    }
}
