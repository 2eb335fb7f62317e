package io.kubetun.kernel.session;

import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.host.NetworkChange;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** The living sessions of a kernel. Safe for use by several threads. */
public final class Sessions implements AutoCloseable {
    /** Sessions of one kernel at the same time; the next one is refused. */
    static final int MAX_SESSIONS = 64;

    /** How long {@link #close} waits for all of them together. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final Supplier<SessionServices> services;
    private final Supplier<Set<String>> idsElsewhere;
    private final Map<String, Session> living = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean closed;

    /**
     * Has no session yet.
     *
     * @param services what sessions need, looked up when the first one starts
     * @param idsElsewhere the ids of this user's sessions in other processes
     */
    public Sessions(Supplier<SessionServices> services, Supplier<Set<String>> idsElsewhere) {
        this.services = services;
        this.idsElsewhere = idsElsewhere;
    }

    /**
     * Starts a session: all of its modes or none. Blocks; the work is done on a virtual thread.
     *
     * @param profile what it shall be
     * @param helper the socket of the privileged helper, if there is one
     * @param progress told each step
     * @return the session, ready
     * @throws KubetunException if it could not start; nothing is left of it
     * @throws InterruptedException if interrupted meanwhile; nothing is left of it
     */
    public Session start(Profile profile, Optional<Path> helper, Progress progress)
            throws KubetunException, InterruptedException {
        Session session = admit(profile, progress);
        FutureTask<Session> start = new FutureTask<>(() -> {
            session.start(helper);
            return session;
        });
        Thread.ofVirtual().name("session-" + session.id()).start(start);
        try {
            return start.get();
        } catch (InterruptedException e) {
            session.close("interrupted");
            throw e;
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    /**
     * Returns the sessions that live.
     *
     * @return in the order of their start
     */
    public List<Session> all() {
        return living.values().stream()
                .sorted(Comparator.comparing(Session::since))
                .toList();
    }

    /**
     * Finds a session.
     *
     * @param id its id
     * @return the session, if it lives
     */
    public Optional<Session> find(String id) {
        return Optional.ofNullable(living.get(id));
    }

    /**
     * Says how a flow would go, by sending one: by the session that is named, or those whose listener a program would
     * connect to, or else all. Blocks.
     *
     * @param id the session's id, or empty
     * @param host the name or literal that a program would connect to
     * @param port 1 to 65535
     * @return one explanation a session
     * @throws InterruptedException if interrupted meanwhile
     */
    public List<Explanation> explain(String id, String host, int port) throws InterruptedException {
        List<Session> asked = all().stream()
                .filter(session -> id.isEmpty() || session.id().equals(id))
                .toList();
        List<Session> owners = asked.stream()
                .filter(session -> new FlowOwner(session.status(), host, port).owns())
                .toList();
        List<Explanation> explanations = new ArrayList<>();
        for (Session session : owners.isEmpty() ? asked : owners) {
            explanations.add(session.explain(host, port));
        }
        return explanations;
    }

    /**
     * Lets all sessions look after their connections, at the same time. Returns at once.
     *
     * @param change what has changed on this machine
     */
    public void networkChanged(NetworkChange change) {
        living.values()
                .forEach(session -> Thread.ofVirtual()
                        .name("session-" + session.id() + "-network")
                        .start(() -> session.networkChanged(change)));
    }

    /** Ends all sessions, at the same time, also those that are starting; waits for them, at most 2 s. */
    @Override
    public void close() {
        closed = true;
        List<Thread> closers = living.values().stream().map(this::closer).toList();
        long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
        try {
            for (Thread closer : closers) {
                closer.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread closer(Session session) {
        return Thread.ofVirtual().name("session-end-" + session.id()).start(session::close);
    }

    private Session admit(Profile profile, Progress progress) throws KubetunException {
        synchronized (living) {
            if (closed || living.size() >= MAX_SESSIONS) {
                throw new KubetunException(
                        closed ? ErrorCode.INTERRUPTED : ErrorCode.USAGE,
                        "cannot start " + profile.name(),
                        closed ? "kubetun is ending" : MAX_SESSIONS + " sessions are running",
                        "See them: kubetun status");
            }
            Session session = new Session(newId(), profile, progress, services.get(), this::remove);
            living.put(session.id(), session);
            return session;
        }
    }

    private void remove(Session session) {
        living.remove(session.id());
    }

    private String newId() {
        Set<String> elsewhere = idsElsewhere.get();
        while (true) {
            String id = HexFormat.of().toHexDigits((short) random.nextInt());
            if (!living.containsKey(id) && !elsewhere.contains(id)) {
                return id;
            }
        }
    }

    private static KubetunException rethrown(Throwable cause) throws InterruptedException {
        return switch (cause) {
            case KubetunException told -> told;
            case InterruptedException interrupted -> throw interrupted;
            case Error error -> throw error;
            default ->
                new KubetunException(
                        ErrorCode.INTERNAL,
                        "the session could not start",
                        cause.toString(),
                        "Type the command again with --verbose.",
                        cause);
        };
    }
}
