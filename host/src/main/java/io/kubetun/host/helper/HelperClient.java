package io.kubetun.host.helper;

import io.kubetun.host.hosts.HostsBlock;
import io.kubetun.host.namespace.NameServerView;
import io.kubetun.host.namespace.NetworkNamespace;
import io.kubetun.host.natives.ListeningSocket;
import io.kubetun.host.natives.UnixStream;
import io.kubetun.host.natives.Users;
import io.kubetun.host.natives.Wakeup;
import io.kubetun.host.resolver.LinkNames;
import io.kubetun.host.resolver.ResolverBlock;
import io.kubetun.host.tun.TunRoute;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/** A session's connection to its privileged helper. Safe for use by several threads; blocks until the helper answers. */
public final class HelperClient implements AutoCloseable {
    /** After this the helper, told that the session is over, is not waited for any longer. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(2);

    /** So long a helper may take to start. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(3);

    private static final Duration START_RETRY = Duration.ofMillis(10);

    private final Path socket;
    private final ReplyReader replies;
    private final Optional<NetworkNamespace> namespace;

    private HelperClient(Path socket, ReplyReader replies, Optional<NetworkNamespace> namespace) {
        this.socket = socket;
        this.replies = replies;
        this.namespace = namespace;
    }

    /**
     * Connects, checks that the helper is root's or this user's own, and asks whether it answers.
     *
     * @param socket its socket
     * @return the connection
     * @throws KubetunException if the helper is not there, not to be trusted, or does not answer
     */
    public static HelperClient connect(Path socket) throws KubetunException {
        try {
            awaitSocket(socket);
            UnixStream stream = UnixStream.connect(socket);
            HelperClient client = new HelperClient(socket, new ReplyReader(stream, new Wakeup()), namespaceOf(stream));
            try {
                int uid = stream.peerUid();
                if (uid != Users.ROOT && uid != Users.current()) {
                    throw new IOException("uid " + uid + " listens there");
                }
                client.replies.call(new Request.Ping());
                return client;
            } catch (IOException | KubetunException e) {
                client.close();
                throw e;
            }
        } catch (IOException | LinkageError e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot reach the privileged helper",
                    String.valueOf(e.getMessage()),
                    "Start kubetun again by sudo",
                    e);
        }
    }

    /** Where the helper is in another network than this process; root's, which nobody may look at, is not. */
    private static Optional<NetworkNamespace> namespaceOf(UnixStream stream) throws IOException {
        return NetworkNamespace.ofOther(stream.peerProcess());
    }

    /**
     * Says whether the helper is in a network of its own.
     *
     * @return true if it is another one than this process's
     */
    public boolean ownNetwork() {
        return namespace.isPresent();
    }

    /** The helper is started at the same time as this process, and may not listen yet. */
    private static void awaitSocket(Path socket) {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!Files.exists(socket) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(START_RETRY.toNanos());
        }
    }

    /**
     * An effect that lets the helper write a block.
     *
     * @param block the block; this process does not write it
     * @return the effect, kept by the helper
     */
    public Effect hostsBlock(HostsBlock block) {
        return new HelperEffect(block, this, new Request.PutHosts(block.file(), block.owner(), block.lines()));
    }

    /**
     * A TUN device that the helper makes.
     *
     * @param settings which
     * @return the device that is to be
     */
    public Tun tun(TunSettings settings) {
        return new HelperTun(this, settings);
    }

    /**
     * An effect that lets the helper add a route.
     *
     * @param route the route; this process does not add it
     * @return the effect, kept by the helper
     */
    public Effect route(TunRoute route) {
        return new HelperEffect(
                route,
                this,
                new Request.AddRoute(
                        route.tun().number(),
                        route.destination().toString(),
                        route.never().stream().map(InetAddress::getHostAddress).toList()));
    }

    /**
     * An effect that lets the helper write a session's part of resolv.conf.
     *
     * @param block the part; this process does not write it
     * @return the effect, kept by the helper
     */
    public Effect resolver(ResolverBlock block) {
        return new HelperEffect(block, this, new Request.PutResolver(block.names(), block.perLink()));
    }

    /**
     * An effect that lets the helper tell systemd-resolved of a session's name server.
     *
     * @param names what it is asked for; this process does not tell
     * @return the effect, kept by the helper
     */
    public Effect linkNames(LinkNames names) {
        return new HelperEffect(names, this, new Request.NameLink(names.tun().number(), names.names()));
    }

    /**
     * Lets the helper open a UDP socket.
     *
     * @param address a loopback address and a port
     * @return a file descriptor, bound and non-blocking, owned by the caller
     * @throws KubetunException if the helper refuses or cannot, or has gone
     */
    public int datagramSocket(InetSocketAddress address) throws KubetunException {
        return descriptor(new Request.Listen(address.getAddress().getHostAddress(), address.getPort(), true));
    }

    /**
     * Lets the helper open a listening socket.
     *
     * @param address a loopback address and a port
     * @return a file descriptor, listening and non-blocking, owned by the caller
     * @throws KubetunException if the helper refuses or cannot, or has gone
     */
    public int listeningSocket(InetSocketAddress address) throws KubetunException {
        return descriptor(new Request.Listen(address.getAddress().getHostAddress(), address.getPort(), false));
    }

    /**
     * An effect that has the programs of the helper's namespace ask a name server.
     *
     * @param view the name server; this process does not set it
     * @return the effect
     */
    public Effect nameServer(NameServerView view) {
        return new HelperEffect(view, this, new Request.ShowNames(view.names()));
    }

    /**
     * Tells when the helper has gone by itself.
     *
     * @return completes with the reason, a clause; never after {@link #close}
     */
    public CompletionStage<String> lost() {
        return replies.lost();
    }

    int descriptor(Request request) throws KubetunException {
        OptionalInt descriptor = replies.call(request).descriptor();
        return descriptor.orElseThrow(() -> ReplyReader.lost("its answer came without the descriptor"));
    }

    void call(Request request) throws KubetunException {
        replies.call(request).descriptor().ifPresent(ListeningSocket::close);
    }

    /** Ends the session for the helper and waits until it has undone what it did, for at most two seconds. */
    @Override
    public void close() {
        replies.close(END_PATIENCE);
        namespace.ifPresent(network -> {
            // The helper does so itself, unless it was killed.
            network.hangUp();
            network.close();
            SocketFolder.removeLeft(socket);
        });
    }
}
