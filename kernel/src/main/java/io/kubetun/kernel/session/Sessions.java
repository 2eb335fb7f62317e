package io.kubetun.kernel.session;

import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.host.NetworkChange;
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
import java.util.concurrent.TimeUnit;
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
     * @param request what it shall be, and for whom
     * @param progress told each step
     * @return the session, ready
     * @throws KubetunException if it could not start; nothing is left of it
     * @throws InterruptedException if interrupted meanwhile; nothing is left of it
     */
    public Session start(SessionRequest request, Progress progress) throws KubetunException, InterruptedException {
        Session session = admit(request, progress);
        FutureTask<Session> start = new FutureTask<>(() -> {
            SessionLog.mark(session.id());
            session.start();
            return session;
        });
        Thread.ofVirtual().name("session-" + session.id()).start(start);
        try {
            return start.get();
        } catch (InterruptedException e) {
            session.close("interrupted");
            throw e;
        } catch (ExecutionException e) {
            throw StartFailure.of("the session could not start", e.getCause());
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
     * Waits until there has been no session for a while, or all are closed; from then on none can start.
     *
     * @param grace how long
     * @throws InterruptedException if interrupted meanwhile
     */
    public void awaitIdle(Duration grace) throws InterruptedException {
        synchronized (living) {
            long deadline = System.nanoTime() + grace.toNanos();
            while (!closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (living.isEmpty() && left <= 0) {
                    closed = true;
                } else if (living.isEmpty()) {
                    living.wait(left);
                } else {
                    living.wait();
                    deadline = System.nanoTime() + grace.toNanos();
                }
            }
        }
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
        synchronized (living) {
            closed = true;
            living.notifyAll();
        }
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
        return Thread.ofVirtual().name("session-end-" + session.id()).start(() -> {
            SessionLog.mark(session.id());
            session.close();
        });
    }

    private Session admit(SessionRequest request, Progress progress) throws KubetunException {
        Profile profile = request.profile();
        synchronized (living) {
            if (closed || living.size() >= MAX_SESSIONS) {
                throw new KubetunException(
                        closed ? ErrorCode.KERNEL_UNUSABLE : ErrorCode.USAGE,
                        "cannot start " + profile.name(),
                        closed ? "the kernel is ending" : MAX_SESSIONS + " sessions are running",
                        "See them: kubetun status");
            }
            refuseSecond(request);
            String id = newId();
            Session session = new Session(id, request, SessionLog.of(id, progress), services.get(), this::remove);
            living.put(session.id(), session);
            living.notifyAll();
            return session;
        }
    }

    private void refuseSecond(SessionRequest request) throws KubetunException {
        for (Session each : all()) {
            if (request.isSameAs(each.profile())) {
                String name = request.profile().name();
                throw new KubetunException(
                        ErrorCode.SESSION_EXISTS,
                        "did not start " + name,
                        "session " + each.id() + " is the same and is running",
                        "End it: kubetun disconnect " + each.id() + ", or start a second one: add --name NAME");
            }
        }
    }

    private void remove(Session session) {
        synchronized (living) {
            living.remove(session.id());
            living.notifyAll();
        }
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
}
