package io.kubetun.host.network;

import io.kubetun.host.natives.RouteSocket;
import io.kubetun.spi.host.HostProvider.NetworkWatch;
import io.kubetun.spi.host.NetworkChange;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of changes of links, addresses and routes of this network namespace. One thread, asleep between changes. */
public final class LinuxNetworkWatch implements NetworkWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxNetworkWatch.class);

    private final Consumer<NetworkChange> told;
    private Optional<RouteSocket> socket = Optional.empty();
    private boolean closed;

    private LinuxNetworkWatch(Consumer<NetworkChange> told) {
        this.told = told;
    }

    /**
     * Starts to watch, beside the caller: loading native code takes a moment.
     *
     * @param told called for each change, on the watch's thread
     * @return ends it
     */
    public static NetworkWatch start(Consumer<NetworkChange> told) {
        LinuxNetworkWatch watch = new LinuxNetworkWatch(told);
        Thread.ofPlatform().daemon().name("kubetun-network").start(watch::run);
        return watch;
    }

    private void run() {
        try {
            RouteSocket open = new RouteSocket();
            try {
                if (begin(open)) {
                    read(open);
                }
            } finally {
                finish(open);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("changes of the network are not told: {}", e.toString());
        }
    }

    private void read(RouteSocket open) throws IOException {
        RouteMessages messages = new RouteMessages();
        while (true) {
            ByteBuffer received = open.receive();
            if (isClosed()) {
                return;
            }
            Set<Integer> changed = received.hasRemaining() ? messages.read(received) : Set.of(RouteMessages.ANY);
            if (!changed.isEmpty()) {
                told.accept(change(changed));
            }
        }
    }

    private static NetworkChange change(Set<Integer> indexes) throws SocketException {
        Set<String> names = new HashSet<>();
        for (int index : indexes) {
            if (index == RouteMessages.ANY) {
                return NetworkChange.ofEverything();
            }
            NetworkInterface found = NetworkInterface.getByIndex(index);
            names.add(found == null ? "#" + index : found.getName());
        }
        return new NetworkChange(names);
    }

    private synchronized boolean begin(RouteSocket open) {
        socket = Optional.of(open);
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void finish(RouteSocket open) {
        socket = Optional.empty();
        open.end();
    }

    /** Ends it; nothing is told once the call that is under way has returned. */
    @Override
    public synchronized void close() {
        closed = true;
        socket.ifPresent(RouteSocket::close);
    }
}
