package io.kubetun.kernel.session;

import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.NetworkChange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One profile, joined to one cluster, with all of its modes running. Safe for use by several threads. */
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final String id;
    private final Profile profile;
    private final Progress progress;
    private final SessionServices services;
    private final Consumer<Session> onEnd;
    private final Instant since = Instant.now();
    private final SessionState state = new SessionState();
    private final SessionModes modes = new SessionModes();
    private final FlowCounts counts = new FlowCounts();
    private final Events events;
    private final JournaledEffects effects;
    private final SessionLife life = new SessionLife();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<Identity> identity = Optional.empty();
    private volatile Optional<Host> host = Optional.empty();
    private volatile Optional<Cluster> cluster = Optional.empty();
    private volatile Optional<SessionFlows> flows = Optional.empty();
    private volatile Optional<CountingDialer> dialer = Optional.empty();

    Session(String id, Profile profile, Progress progress, SessionServices services, Consumer<Session> onEnd) {
        this.id = id;
        this.profile = profile;
        this.progress = progress;
        this.services = services;
        this.onEnd = onEnd;
        this.events = new SessionEvents(services.events(), state);
        this.effects = JournaledEffects.ofSession(id, SessionServices.journals(services.stateHome()), events);
    }

    /**
     * Returns its id.
     *
     * @return four hexadecimal digits
     */
    public String id() {
        return id;
    }

    Instant since() {
        return since;
    }

    /**
     * Says how it is.
     *
     * @return its state now
     */
    public SessionStatus status() {
        return new SessionStatus(
                id,
                profile.name(),
                identity.map(Identity::context).orElse(""),
                identity.map(each -> each.server().toString()).orElse(""),
                identity.map(Identity::namespace).orElse(""),
                state.state(),
                state.why(),
                since,
                modes.status(),
                counts.open(),
                counts.total(),
                counts.failed(),
                counts.sent(),
                counts.received());
    }

    /** Says how a flow would go, by sending one. */
    Explanation explain(String host, int port) throws InterruptedException {
        FlowOwner owner = new FlowOwner(status(), host, port);
        Explanation way = cluster.isEmpty()
                ? new Explanation(owner.target().toString(), List.of(), false)
                : cluster.get().explain(owner.target());
        return way.after(owner.steps());
    }

    /** Lets its cluster look after the connections that a change on this machine may have broken. */
    void networkChanged(NetworkChange change) {
        cluster.ifPresent(each -> each.networkChanged(change));
    }

    /**
     * Tells when it has ended.
     *
     * @return completed with the reason, for people, once nothing is left of it
     */
    public CompletableFuture<String> ended() {
        return ended.copy();
    }

    /** Ends it, and returns when nothing is left of it: normally within a second. Idempotent. */
    @Override
    public void close() {
        close("stopped");
    }

    /**
     * Ends it.
     *
     * @param reason why, for people
     */
    public void close(String reason) {
        if (life.mayEnd()) {
            end(reason);
        } else {
            ended.join();
        }
    }

    /** Starts all or nothing: after an exception nothing is left of it. Called once, on a thread that may block. */
    void start(Optional<Path> helper) throws KubetunException, InterruptedException {
        try {
            life.begin();
            open(helper);
            modes.start();
            life.begun();
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            // Interruption must not keep the clean-up from waiting for what it closes.
            boolean interrupted = Thread.interrupted();
            boolean cancelled = life.failed();
            end("did not start: " + e.getMessage());
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (cancelled && !(e instanceof InterruptedException)) {
                // What failed is only how the interruption showed itself.
                InterruptedException stopped = new InterruptedException("stopped while it was starting");
                stopped.initCause(e);
                throw stopped;
            }
            throw e;
        }
        state.ready();
        events.publish(new Event.SessionUp(id, profile.name(), modes.names()));
    }

    private void end(String reason) {
        try {
            shut();
        } finally {
            onEnd.accept(this);
            events.publish(new Event.SessionDown(id, reason));
            ended.complete(reason);
        }
    }

    private void open(Optional<Path> helper) throws KubetunException {
        Host openHost = services.hosts().open(helper);
        host = Optional.of(openHost);
        openHost.lost()
                .thenAccept(reason -> Thread.ofVirtual()
                        .name("session-" + id + "-lost")
                        .start(() -> close("the privileged helper is gone (" + reason + ")")));
        Cluster openCluster = services.clusters()
                .open(profile.cluster(), new ClusterEnvironment(id, services.transport(), events, progress));
        cluster = Optional.of(openCluster);
        Identity joined = openCluster.identity();
        identity = Optional.of(joined);
        SessionFlows openFlows =
                new SessionFlows(id, services.transport(), openHost, counts, services.maxFlows(), events, progress);
        flows = Optional.of(openFlows);
        CountingDialer openDialer = new CountingDialer(id, openCluster.dialer(), counts, services.maxFlows(), events);
        dialer = Optional.of(openDialer);
        services.metrics().add(id, counts);
        modes.create(
                profile.modes(),
                services.modes(),
                new RunningContext(
                        id,
                        profile.name(),
                        openCluster,
                        openDialer,
                        openHost,
                        effects,
                        events,
                        openFlows,
                        progress,
                        StateFolder.create(services.stateHome(), joined, profile.name()),
                        StateFolder.shared(services.stateHome())));
        String version = openCluster.check();
        progress.step("Connected to " + joined.context() + " (" + joined.server() + ", Kubernetes " + version + ").");
    }

    /** The order matters: no new flows, no new changes, then the flows, then what was changed, then the way there. */
    private void shut() {
        state.stopping();
        flows.ifPresent(SessionFlows::stopIntake);
        dialer.ifPresent(CountingDialer::close);
        modes.stop();
        flows.ifPresent(SessionFlows::close);
        for (KubetunException left : effects.undoAll()) {
            LOG.warn("session {} leaves something behind: {}", id, left.getMessage());
            progress.step(left.getMessage());
        }
        cluster.ifPresent(each -> quietly("cluster", each::close));
        host.ifPresent(each -> quietly("host", each::close));
        services.metrics().remove(id);
    }

    private void quietly(String what, Runnable close) {
        try {
            close.run();
        } catch (RuntimeException e) {
            LOG.warn("the {} of session {} did not close", what, id, e);
        }
    }
}
