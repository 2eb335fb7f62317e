package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.inbound.InboundLinks;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.packet.ModePackets;
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
import java.io.IOException;
import java.nio.file.Files;
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
    private final SessionRequest request;
    private final String name;
    private final Progress progress;
    private final SessionServices services;
    private final Consumer<Session> onEnd;
    private final Instant since = Instant.now();
    private final SessionState state = new SessionState();
    private final SessionModes modes;
    private final SessionChanges changes;
    private final SessionShape shape;
    private final FlowCounts counts = new FlowCounts();
    private final Events events;
    private final JournaledEffects effects;
    private final SessionLife life = new SessionLife();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile Optional<NettyTransport> transport = Optional.empty();
    private volatile Optional<Host> host = Optional.empty();
    private volatile Optional<SessionFlows> flows = Optional.empty();

    Session(String id, SessionRequest request, Progress progress, SessionServices services, Consumer<Session> onEnd) {
        this.id = id;
        this.request = request;
        this.name = request.profile().name();
        this.progress = progress;
        this.services = services;
        this.onEnd = onEnd;
        this.modes = new SessionModes(state, progress);
        this.changes = new SessionChanges(id);
        this.events = new SessionEvents(services.events(), state, counts);
        this.shape = new SessionShape(id, request.profile(), modes, changes, state, events, this::join);
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
        return shape.profile();
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
        Optional<Identity> identity = shape.joined().map(JoinedCluster::identity);
        return new SessionStatus(
                id,
                name,
                identity.map(Identity::context).orElse(""),
                identity.map(each -> each.server().toString()).orElse(""),
                identity.map(Identity::namespace).orElse(""),
                state.state(),
                state.why(),
                since,
                modes.status(),
                shape.joined().flatMap(joined -> joined.gateway().name()),
                shape.joined().flatMap(joined -> joined.gateway().agentless()),
                counts.open(),
                counts.total(),
                counts.failed(),
                counts.sent(),
                counts.received());
    }

    /** Says how a flow would go, by sending one. */
    Explanation explain(String host, int port) throws InterruptedException {
        FlowOwner owner = new FlowOwner(status(), host, port);
        Optional<JoinedCluster> joined = shape.joined();
        return (joined.isEmpty()
                        ? new Explanation(owner.target().toString(), List.of(), false)
                        : joined.get().explain(owner.target()))
                .after(owner.steps());
    }

    /** Lets its cluster look after the connections that a change on this machine may have broken. */
    void networkChanged(NetworkChange change) {
        shape.joined().ifPresent(joined -> joined.networkChanged(change));
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
        shape.add(mode, options);
    }

    /**
     * Stops a mode and takes back all that it opened and changed, also its flows; the others don't notice.
     *
     * @param mode its name
     * @throws KubetunException if the session hasn't it, or has no other
     * @throws InterruptedException if interrupted meanwhile; the mode goes all the same
     */
    public void drop(String mode) throws KubetunException, InterruptedException {
        shape.drop(mode);
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
        shape.reload(next);
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
            open();
            shape.start();
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
        events.publish(new Event.SessionUp(id, name, modes.names()));
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

    private void open() throws KubetunException {
        Host openHost = services.hosts().open(request.helper());
        host = Optional.of(openHost);
        openHost.lost()
                .thenAccept(reason -> Thread.ofVirtual()
                        .name("session-" + id + "-lost")
                        .start(() -> close(
                                openHost.ownNetwork()
                                        ? "its shell has ended"
                                        : "the privileged helper is gone (" + reason + ")")));
        NettyTransport loops = services.transports().get();
        transport = Optional.of(loops);
        flows = Optional.of(new SessionFlows(id, loops, openHost, counts, services.maxFlows(), events, progress));
        services.metrics().add(id, counts, loops::queued);
    }

    private JoinedCluster join(Profile wanted) throws KubetunException {
        ScopedEvents clusterEvents = new ScopedEvents(events);
        Cluster open = services.clusters()
                .open(
                        wanted.cluster(),
                        new ClusterEnvironment(
                                id,
                                transport.orElseThrow(),
                                clusterEvents,
                                progress,
                                request.variables(),
                                services.takers()));
        try {
            SwitchedDialer way = new SwitchedDialer(open.dialer());
            CountingDialer dialer = new CountingDialer(id, way, counts, services.maxFlows(), events);
            SessionGateway gateway = new SessionGateway(
                    id, open, way, transport.orElseThrow().eventLoops(), clusterEvents, effects, progress);
            InboundLinks inbound = new InboundLinks(
                    open.identity().server(),
                    services.takers(),
                    open.dialer(),
                    transport.orElseThrow().eventLoops(),
                    StateFolder.shared(services.stateHome()));
            ModeContext context = new ModeContext(
                    id,
                    name,
                    open,
                    dialer,
                    host.orElseThrow(),
                    effects,
                    events,
                    flows.orElseThrow(),
                    new ModePackets(),
                    new SessionTranslations(),
                    inbound,
                    new SessionNameServing(),
                    progress,
                    StateFolder.create(services.stateHome(), open.identity(), name),
                    StateFolder.shared(services.stateHome()),
                    false);
            return new JoinedCluster(
                    clusterEvents, flows.orElseThrow(), dialer, gateway, inbound, context, services.modes());
        } catch (KubetunException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** The order matters: no new flows, no new changes, then the flows, then what was changed, then the way there. */
    private void shut() {
        state.stopping();
        changes.end();
        shape.joined().ifPresent(JoinedCluster::stopIntake);
        // What a mode could not take back is tried once more, and told, with the rest.
        modes.stop(modes.all());
        flows.ifPresent(SessionFlows::close);
        shape.joined().ifPresent(joined -> joined.gateway().close());
        for (KubetunException left : effects.undoAll()) {
            LOG.warn("session {} leaves something behind: {}", id, left.getMessage());
            progress.step(left.getMessage());
        }
        shape.joined().ifPresent(JoinedCluster::close);
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
