package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One profile, joined to one cluster, with all of its modes running. Safe for use by several threads. */
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final String id;
    private final SessionRequest request;
    private volatile Profile profile;
    private final Progress progress;
    private final SessionServices services;
    private final Consumer<Session> onEnd;
    private final Instant since = Instant.now();
    private final SessionState state = new SessionState();
    private final SessionModes modes;
    private final SessionChanges changes;
    private final FlowCounts counts = new FlowCounts();
    private final Events events;
    private final JournaledEffects effects;
    private final SessionLife life = new SessionLife();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<NettyTransport> transport = Optional.empty();
    private volatile Optional<Host> host = Optional.empty();
    private volatile Optional<SessionFlows> flows = Optional.empty();
    private volatile Optional<JoinedCluster> joined = Optional.empty();

    Session(String id, SessionRequest request, Progress progress, SessionServices services, Consumer<Session> onEnd) {
        this.id = id;
        this.request = request;
        this.profile = request.profile();
        this.progress = progress;
        this.services = services;
        this.onEnd = onEnd;
        this.modes = new SessionModes(state, progress);
        this.changes = new SessionChanges(id);
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

    Profile profile() {
        return profile;
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
        Optional<Identity> identity = joined.map(JoinedCluster::identity);
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

    /**
     * Starts one more mode; the others don't notice. Blocks until it is ready.
     *
     * @param mode its name
     * @param options its options: each key of its descriptor that has a value or a default, checked by its type
     * @throws KubetunException if the session has it already, or it could not start: nothing is left of it then
     * @throws InterruptedException if interrupted meanwhile; nothing is left of it
     */
    public void add(String mode, Config options) throws KubetunException, InterruptedException {
        changes.run("add", () -> {
            if (modes.find(mode).isPresent()) {
                throw refused("add " + mode + " to", "it has that mode already", "kubetun drop " + id + " " + mode);
            }
            Map<String, Config> more = new LinkedHashMap<>(profile.modes());
            more.put(mode, options);
            JoinedCluster here = joined.orElseThrow();
            replace(here, List.of(), here.create(Map.of(mode, options)), with(profile, more));
        });
    }

    /**
     * Stops a mode and takes back all that it opened and changed, also its flows; the others don't notice.
     *
     * @param mode its name
     * @throws KubetunException if the session hasn't it, or has no other
     * @throws InterruptedException if interrupted meanwhile; the mode goes all the same
     */
    public void drop(String mode) throws KubetunException, InterruptedException {
        changes.run("drop", () -> {
            ModeRun run = modes.find(mode)
                    .orElseThrow(() -> refused(
                            "drop " + mode + " from",
                            "it has only " + String.join(", ", modes.names()),
                            "kubetun status " + id));
            if (modes.all().size() == 1) {
                throw refused("drop " + mode + " from", "it is its only mode", "kubetun disconnect " + id);
            }
            Map<String, Config> fewer = new LinkedHashMap<>(profile.modes());
            fewer.remove(mode);
            replace(joined.orElseThrow(), List.of(run), List.of(), with(profile, fewer));
        });
    }

    /**
     * Becomes what a profile says by the smallest change: modes that it has no more are stopped, new ones started,
     * changed or failed ones restarted, the others left alone. Another cluster block restarts all. Id and name stay.
     *
     * @param next what it shall be
     * @throws KubetunException if that did not work; the session is then what it was before
     * @throws InterruptedException if interrupted meanwhile; the session is then what it was before
     */
    public void reload(Profile next) throws KubetunException, InterruptedException {
        changes.run("reload", () -> {
            JoinedCluster here = joined.orElseThrow();
            if (next.cluster().equals(profile.cluster())) {
                ModeChanges change = ModeChanges.between(modes, next.modes());
                replace(here, change.gone(), here.create(change.fresh()), next);
            } else {
                rejoin(here, next);
            }
        });
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
    void start() throws KubetunException, InterruptedException {
        try {
            life.begin();
            JoinedCluster here = open();
            List<ModeRun> runs = here.create(profile.modes());
            here.check();
            modes.exchange(List.of(), runs, List.copyOf(profile.modes().keySet()));
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
        changes.open();
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

    private JoinedCluster open() throws KubetunException {
        Host openHost = services.hosts().open(request.helper());
        host = Optional.of(openHost);
        openHost.lost()
                .thenAccept(reason -> Thread.ofVirtual()
                        .name("session-" + id + "-lost")
                        .start(() -> close("the privileged helper is gone (" + reason + ")")));
        NettyTransport loops = services.transports().get();
        transport = Optional.of(loops);
        flows = Optional.of(new SessionFlows(id, loops, openHost, counts, services.maxFlows(), events, progress));
        JoinedCluster here = join(profile);
        joined = Optional.of(here);
        services.metrics().add(id, counts);
        return here;
    }

    private JoinedCluster join(Profile wanted) throws KubetunException {
        ScopedEvents clusterEvents = new ScopedEvents(events);
        Cluster open = services.clusters()
                .open(
                        wanted.cluster(),
                        new ClusterEnvironment(
                                id, transport.orElseThrow(), clusterEvents, progress, request.variables()));
        try {
            CountingDialer dialer = new CountingDialer(id, open.dialer(), counts, services.maxFlows(), events);
            RunningContext context = new RunningContext(
                    id,
                    profile.name(),
                    open,
                    dialer,
                    host.orElseThrow(),
                    effects,
                    events,
                    flows.orElseThrow(),
                    progress,
                    StateFolder.create(services.stateHome(), open.identity(), profile.name()),
                    StateFolder.shared(services.stateHome()));
            return new JoinedCluster(clusterEvents, flows.orElseThrow(), dialer, context, services.modes());
        } catch (KubetunException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private void rejoin(JoinedCluster here, Profile next) throws KubetunException, InterruptedException {
        JoinedCluster there = join(next);
        try {
            List<ModeRun> runs = there.create(next.modes());
            there.check();
            replace(here, modes.all(), runs, next);
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            there.close();
            throw e;
        }
        joined = Optional.of(there);
        here.close();
        state.clusterGone();
    }

    /** Some modes for others; if that fails, those that went are started again where they were. */
    private void replace(JoinedCluster here, List<ModeRun> gone, List<ModeRun> fresh, Profile next)
            throws KubetunException, InterruptedException {
        try {
            modes.exchange(gone, fresh, List.copyOf(next.modes().keySet()));
            if (changes.ended()) {
                modes.stop(fresh);
                throw new InterruptedException("the session is ending");
            }
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            if (!changes.ended()) {
                gone.forEach(run -> comeBack(here, run));
            }
            throw e;
        }
        profile = new Profile(profile.name(), next.source(), next.cluster(), next.modes(), next.origin());
        LOG.info("session {} has now the modes {}", id, modes.names());
    }

    private void comeBack(JoinedCluster here, ModeRun run) {
        List<String> order = List.copyOf(profile.modes().keySet());
        try {
            modes.exchange(List.of(), here.create(Map.of(run.name(), run.options())), order);
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            modes.keepFailed(run, order);
            events.publish(new Event.ModeFailed(id, run.name(), "it did not start again: " + e.getMessage()));
        }
    }

    private static Profile with(Profile profile, Map<String, Config> modes) {
        return new Profile(profile.name(), profile.source(), profile.cluster(), modes, profile.origin());
    }

    private KubetunException refused(String doing, String why, String next) {
        return new KubetunException(ErrorCode.USAGE, "cannot " + doing + " session " + id, why, "Type: " + next);
    }

    /** The order matters: no new flows, no new changes, then the flows, then what was changed, then the way there. */
    private void shut() {
        state.stopping();
        changes.end();
        joined.ifPresent(JoinedCluster::stopIntake);
        // What a mode could not take back is tried once more, and told, with the rest.
        modes.stop(modes.all());
        flows.ifPresent(SessionFlows::close);
        for (KubetunException left : effects.undoAll()) {
            LOG.warn("session {} leaves something behind: {}", id, left.getMessage());
            progress.step(left.getMessage());
        }
        joined.ifPresent(JoinedCluster::close);
        host.ifPresent(each -> quietly("host", each::close));
        transport.ifPresent(each -> quietly("transport", each::close));
        services.metrics().remove(id);
        request.transients().forEach(this::delete);
    }

    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} stays: {}", file, e.toString());
        }
    }

    private void quietly(String what, Runnable close) {
        try {
            close.run();
        } catch (RuntimeException e) {
            LOG.warn("the {} of session {} did not close", what, id, e);
        }
    }
}
