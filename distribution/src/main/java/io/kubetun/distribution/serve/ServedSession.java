package io.kubetun.distribution.serve;

import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.kernel.supervisor.Supervisor;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of a profile, from its start to the signal that ends it, reported to the supervisor. SIGTERM and SIGINT end
 * it, SIGHUP reads the profile again. What blocks is done elsewhere, so that the one thread that runs this always answers
 * signals and the supervisor's watchdog.
 */
public final class ServedSession {
    /** Turns that may wait; more signals than that are one signal. */
    private static final int MAX_TURNS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ServedSession.class);

    private final Kernel kernel;
    private final Supervisor supervisor;
    private final Source source;
    private final Function<Profile, SessionRequest> requests;
    private final BlockingQueue<Turn> turns = new ArrayBlockingQueue<>(MAX_TURNS);
    private Optional<Session> session = Optional.empty();
    private boolean reloading;
    private boolean reloadAgain;

    /** Reads the profile, each time anew. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads it.
         *
         * @return the profile
         * @throws KubetunException if it cannot be used
         */
        Profile read() throws KubetunException;
    }

    /**
     * Makes it; nothing is started yet.
     *
     * @param kernel runs the session; closed by its owner
     * @param supervisor told how it is; closed by its owner
     * @param source the profile
     * @param requests says for whom a session of the profile is
     */
    public ServedSession(
            Kernel kernel, Supervisor supervisor, Source source, Function<Profile, SessionRequest> requests) {
        this.kernel = kernel;
        this.supervisor = supervisor;
        this.source = source;
        this.requests = requests;
    }

    /**
     * Runs it. When this returns the session may still be there: closing the kernel ends it.
     *
     * @return the exit code: 0 after SIGTERM, 130 after SIGINT
     * @throws KubetunException if the session could not start or has ended by itself
     * @throws InterruptedException if interrupted
     */
    public int run() throws KubetunException, InterruptedException {
        Map<String, Runnable> handlers = Map.of(
                "TERM", () -> tell(new Turn.Stop(0)),
                "INT", () -> tell(new Turn.Stop(ErrorCode.INTERRUPTED.status())),
                "HUP", () -> tell(new Turn.Reload()));
        try (Signals _ = new Signals(handlers);
                Events.Subscription _ = kernel.events().subscribe("supervisor", this::observe)) {
            Profile profile = source.read();
            supervisor.status("starting " + profile.name());
            Thread.ofVirtual().name("serve-start").start(() -> start(profile));
            while (true) {
                Optional<Turn> turn = next();
                if (turn.isEmpty()) {
                    session.ifPresent(Session::status);
                    supervisor.alive();
                    continue;
                }
                switch (turn.get()) {
                    case Turn.Stop(int status) -> {
                        LOG.info("stopping");
                        return status;
                    }
                    case Turn.Failed(Exception why) -> throw failure(why);
                    case Turn.Ended(String why) ->
                        throw new KubetunException(
                                ErrorCode.SESSION_LOST, "the session has ended", why, "Start it again: kubetun serve");
                    case Turn.Started(Session started) -> {
                        session = Optional.of(started);
                        started.ended().thenAccept(why -> tell(new Turn.Ended(why)));
                        supervisor.ready(text());
                        reloadIfAsked();
                    }
                    case Turn.Reload _ -> {
                        reloadAgain = true;
                        reloadIfAsked();
                    }
                    case Turn.Reloaded(String outcome) -> {
                        reloading = false;
                        supervisor.ready(outcome.isEmpty() ? text() : outcome);
                        reloadIfAsked();
                    }
                    case Turn.Changed _ -> supervisor.status(text());
                }
            }
        }
    }

    /** The next thing to do, or nothing once the supervisor wants to hear of this process. */
    private Optional<Turn> next() throws InterruptedException {
        Optional<Duration> interval = supervisor.watchdog();
        return interval.isEmpty()
                ? Optional.of(turns.take())
                : Optional.ofNullable(turns.poll(interval.get().toNanos(), TimeUnit.NANOSECONDS));
    }

    private void tell(Turn turn) {
        if (!turns.offer(turn)) {
            LOG.debug("too much to look at: {} is left out", turn);
        }
    }

    private void observe(Event event) {
        switch (event) {
            case Event.LinkLost _, Event.LinkRestored _, Event.ModeFailed _ -> tell(new Turn.Changed());
            default -> {
                // The state stays as it is.
            }
        }
    }

    private void start(Profile profile) {
        try {
            tell(new Turn.Started(kernel.start(requests.apply(profile), step -> {})));
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            tell(new Turn.Failed(e));
        }
    }

    private void reloadIfAsked() {
        if (reloadAgain && !reloading && session.isPresent()) {
            reloadAgain = false;
            reloading = true;
            supervisor.reloading();
            Session running = session.get();
            Thread.ofVirtual().name("serve-reload").start(() -> tell(new Turn.Reloaded(reload(running))));
        }
    }

    /** Says what went wrong, or nothing. */
    private String reload(Session running) {
        try {
            running.reload(source.read());
            LOG.info("the profile is read again");
            return "";
        } catch (KubetunException | RuntimeException e) {
            LOG.error("the profile was not taken over, the session stays as it was: {}", e.getMessage());
            return "reload failed, all stays as it was: " + e.getMessage();
        } catch (InterruptedException e) {
            return "reload interrupted";
        }
    }

    /** For {@code systemctl status}: in one line how the session is. */
    private String text() {
        return session.map(Session::status).map(ServedSession::text).orElse("starting");
    }

    private static String text(SessionStatus status) {
        return status.state() + status.why().map(why -> " (" + why + ")").orElse("") + ": "
                + status.profile() + " on " + status.context() + ", "
                + status.modes().stream().map(SessionStatus.ModeStatus::name).collect(Collectors.joining(", "))
                + (status.state() == State.READY ? ", session " + status.id() : "");
    }

    private static KubetunException failure(Exception why) throws InterruptedException {
        return switch (why) {
            case KubetunException told -> told;
            case InterruptedException interrupted -> throw interrupted;
            default ->
                new KubetunException(
                        ErrorCode.INTERNAL,
                        "the session could not start",
                        why.toString(),
                        "Set LOG_LEVEL=debug and start it again.",
                        why);
        };
    }
}
