package io.kubetun.host.namespace;

import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.OtherProcess;
import io.kubetun.host.natives.RouteRequests;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.natives.Wakeup;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespace that this process, a helper, was started in: it is made usable, and ends with the program that it is for.
 * Thread-safe.
 */
public final class OwnNetwork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnNetwork.class);

    private static final String LOOPBACK = "lo";
    private static final int LOOPBACK_MTU = 65_536;
    private static final Path PING = Path.of("/proc/sys/net/ipv4/ping_group_range");

    private final OtherProcess program;
    private final NetworkNamespace namespace;
    private final Wakeup stop;

    private OwnNetwork(OtherProcess program, NetworkNamespace namespace, Wakeup stop) {
        this.program = program;
        this.namespace = namespace;
        this.stop = stop;
    }

    /**
     * Sets loopback up and takes hold of the program.
     *
     * @param program the process that is, or will be, in the namespace
     * @return the network
     * @throws KubetunException if this process may not change its network, or the program has ended
     */
    public static OwnNetwork open(long program) throws KubetunException {
        try {
            RouteRequests.setUp(TunDescriptor.index(LOOPBACK), LOOPBACK_MTU);
            letPing();
            NetworkNamespace namespace =
                    NetworkNamespace.of(ProcessHandle.current().pid());
            return new OwnNetwork(new OtherProcess(program), namespace, new Wakeup());
        } catch (IOException | LinkageError e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot make a network for the shell",
                    String.valueOf(e.getMessage()),
                    "Go by a proxy: kubetun proxy-out; or for the whole machine: sudo kubetun connect",
                    e);
        }
    }

    /** A new namespace lets nobody ping without a capability; ping is no set-uid program's in it. */
    private static void letPing() {
        try {
            Object group = Files.getAttribute(Path.of("/proc/self"), "unix:gid");
            Files.writeString(PING, group + " " + group);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("ping will need a capability", e);
        }
    }

    /**
     * Does something when the program has ended.
     *
     * @param ended called once, on a thread of its own; never after {@link #close}
     */
    public void onEnd(Runnable ended) {
        Thread.ofPlatform().daemon().name("kubetun-program").start(() -> {
            try {
                if (program.awaitEnd(stop)) {
                    ended.run();
                }
            } catch (NativeException e) {
                LOG.warn("the end of the shell will not be noticed: {}", e.getMessage());
            }
        });
    }

    /** Tells all that are still in the namespace that their network has gone. */
    @Override
    public void close() {
        stop.wake();
        namespace.hangUp();
    }
}
