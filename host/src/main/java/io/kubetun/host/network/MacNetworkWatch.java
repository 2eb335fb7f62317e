package io.kubetun.host.network;

import io.kubetun.host.natives.MacRouteSocket;
import io.kubetun.spi.host.HostProvider.NetworkWatch;
import io.kubetun.spi.host.NetworkChange;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of changes of links, addresses and routes on macOS, without saying which interface. One thread. */
public final class MacNetworkWatch implements NetworkWatch {
    /** RTM_ADD, RTM_DELETE, RTM_CHANGE, RTM_NEWADDR, RTM_DELADDR, RTM_IFINFO. */
    private static final Set<Integer> CHANGES = Set.of(0x1, 0x2, 0x3, 0xc, 0xd, 0xe);

    /** How long the end of a watch may take to be noticed. */
    private static final int PATIENCE_MILLIS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(MacNetworkWatch.class);

    private final Consumer<NetworkChange> told;
    private volatile boolean closed;

    private MacNetworkWatch(Consumer<NetworkChange> told) {
        this.told = told;
    }

    /**
     * Starts to watch, beside the caller.
     *
     * @param told called for each change, on the watch's thread
     * @return ends it
     */
    public static NetworkWatch start(Consumer<NetworkChange> told) {
        MacNetworkWatch watch = new MacNetworkWatch(told);
        Thread.ofPlatform().daemon().name("kubetun-network").start(watch::run);
        return watch;
    }

    private void run() {
        try (MacRouteSocket socket = new MacRouteSocket()) {
            while (!closed) {
                if (CHANGES.contains(socket.receive(PATIENCE_MILLIS)) && !closed) {
                    told.accept(NetworkChange.ofEverything());
                }
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("changes of the network are not told: {}", e.toString());
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
