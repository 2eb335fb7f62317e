package io.kubetun.host.helper;

import io.kubetun.host.natives.UnixListener;
import io.kubetun.host.natives.UnixStream;
import io.kubetun.host.natives.Wait;
import io.kubetun.host.natives.Wakeup;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The privileged helper: does as root, for the sessions of one kubetun of one user, the few things that
 * {@link HelperSettings} allow, and takes back what it did for a session when that ends, however it ends.
 *
 * <p>The socket exists once the constructor returns, so the session may be started then. {@link #run} serves the
 * connections of the user (known by its uid, SO_PEERCRED; others are turned away), one a session, and returns when the
 * last of them is over and all is undone. {@link #close}, from another thread such as a shutdown hook, makes it return.
 *
 * <p>Signals are the caller's: Ctrl-C reaches the whole process group, and the helper should outlive the session by a
 * moment, so ignore SIGINT and SIGHUP and let SIGTERM run {@link #close}.
 */
public final class HelperServer implements AutoCloseable {
    /** A helper to which nobody comes in this time ends. */
    public static final Duration FIRST_CONNECTION = Duration.ofSeconds(10);

    /** Sessions at the same time; another one is turned away. */
    static final int MAX_SESSIONS = 32;

    private static final Duration NO_LIMIT = Duration.ofDays(24);
    private static final Logger LOG = LoggerFactory.getLogger(HelperServer.class);

    private final HelperSettings settings;
    private final Effects effects;
    private final Duration patience;
    private final SocketFolder folder;
    private final UnixListener listener;
    private final Wakeup stop;
    private final AtomicInteger serving = new AtomicInteger();
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    /**
     * Opens the socket.
     *
     * @param settings what root allows
     * @param effects where changes are journalled and made
     * @throws KubetunException if the socket cannot be made
     */
    public HelperServer(HelperSettings settings, Effects effects) throws KubetunException {
        this(settings, effects, FIRST_CONNECTION);
    }

    HelperServer(HelperSettings settings, Effects effects, Duration patience) throws KubetunException {
        this.settings = settings;
        this.effects = effects;
        this.patience = patience;
        SocketFolder made = null;
        Wakeup wakeup = null;
        try {
            made = SocketFolder.make(settings.socket().getParent());
            new DeadHelpers(settings.socket(), InstantSource.system()).remove();
            wakeup = new Wakeup();
            this.listener = UnixListener.open(settings.socket(), settings.uid());
        } catch (IOException | LinkageError e) {
            Optional.ofNullable(wakeup).ifPresent(Wakeup::close);
            Optional.ofNullable(made).ifPresent(SocketFolder::close);
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot start the privileged helper",
                    String.valueOf(e.getMessage()),
                    "Go on without it, as an ordinary user, with --no-hosts and ports of 1024 and above",
                    e);
        }
        this.folder = made;
        this.stop = wakeup;
    }

    /**
     * Serves the sessions. Call it once.
     *
     * @return why it ended, a clause; all is undone then
     */
    public String run() {
        if (!taken.compareAndSet(false, true)) {
            return "it was told to stop";
        }
        try {
            Optional<UnixStream> first = nextConnection(patience);
            if (first.isEmpty()) {
                return "no session came within " + patience.toSeconds() + " s";
            }
            return serveFrom(first.get());
        } catch (IOException e) {
            return "its socket failed: " + e.getMessage();
        } finally {
            release();
        }
    }

    /** Makes {@link #run} undo everything and return, and waits until it has. */
    @Override
    public void close() {
        if (taken.compareAndSet(false, true)) {
            release();
        } else {
            stop.wake();
            finished.join();
        }
    }

    private Optional<UnixStream> nextConnection(Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (listener.await(stop, Duration.ofNanos(deadline - System.nanoTime())) == Wait.READY) {
            UnixStream client = listener.accept();
            int uid = client.peerUid();
            if (uid == settings.uid() && serving.get() < MAX_SESSIONS) {
                return Optional.of(client);
            }
            LOG.warn("the helper turned away uid {}: it serves {} sessions of uid {}", uid, serving, settings.uid());
            client.close();
        }
        return Optional.empty();
    }

    /** Serves a session and those that come while one is there. */
    private String serveFrom(UnixStream first) throws IOException {
        AtomicReference<String> why = new AtomicReference<>("it was told to stop");
        try (ExecutorService sessions =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (Optional<UnixStream> next = Optional.of(first); next.isPresent(); next = nextConnection(NO_LIMIT)) {
                UnixStream client = next.get();
                serving.incrementAndGet();
                sessions.execute(() -> {
                    try {
                        why.set(serve(client));
                    } finally {
                        if (serving.decrementAndGet() == 0) {
                            stop.wake();
                        }
                    }
                });
            }
        }
        return why.get();
    }

    private String serve(UnixStream client) {
        try (client) {
            Conversation conversation = new Conversation(client, new Permitted(settings), effects, stop);
            try {
                return conversation.serve();
            } finally {
                conversation.undoAll();
            }
        }
    }

    private void release() {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.debug("the helper's socket stays: {}", e.toString());
        }
        folder.close();
        stop.close();
        finished.complete(null);
    }
}
