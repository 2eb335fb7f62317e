package io.kubetun.kernel;

import io.kubetun.kernel.control.ControlCommands;
import io.kubetun.kernel.control.ControlServer;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.http.HttpEndpoint;
import io.kubetun.kernel.http.KernelPages;
import io.kubetun.kernel.inbound.Takers;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kernel.metrics.Metrics;
import io.kubetun.kernel.network.MachineWatch;
import io.kubetun.kernel.plan.Plan;
import io.kubetun.kernel.plan.Planner;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionLog;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionServices;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetSocketAddress;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs sessions. A new kernel first takes back what dead ones left behind, then answers other processes on its control
 * socket. Safe for use by several threads.
 */
public final class Kernel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kernel.class);

    private final KernelSettings settings;
    private final EventBus events = new EventBus();
    private final Metrics metrics;
    private final ByteBufAllocator buffers;
    private final List<HttpEndpoint> endpoints = new CopyOnWriteArrayList<>();
    private final Takers takers = new Takers();
    private final Sessions sessions;
    private final NettyTransport controlTransport = new NettyTransport(1, new UnpooledByteBufAllocator(false));
    private final Optional<FileLock> background;
    private final ControlServer control;
    private final MachineWatch machine;
    private final RepairReport repaired;

    /**
     * Starts a kernel with the clusters, hosts and effects that this installation provides.
     *
     * @param settings about this machine
     * @param plugins the modes
     * @throws KubetunException if the control socket cannot be opened
     */
    public Kernel(KernelSettings settings, PluginRegistry plugins) throws KubetunException {
        this(settings, InstalledServices.of(plugins::mode), Optional.empty());
    }

    /**
     * Starts the background kernel of this user, unless it runs already.
     *
     * @param settings about this machine
     * @param plugins the modes
     * @return the kernel; empty if another process is it
     * @throws KubetunException if the control socket cannot be opened
     */
    public static Optional<Kernel> inBackground(KernelSettings settings, PluginRegistry plugins)
            throws KubetunException {
        Optional<FileLock> lock = Kernels.lock(settings.runtimeFolder());
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Kernel(settings, InstalledServices.of(plugins::mode), lock));
    }

    Kernel(KernelSettings settings, InstalledServices services, Optional<FileLock> background) throws KubetunException {
        this.settings = settings;
        this.background = background;
        SessionLog.of(events);
        buffers = NettyTransport.pool(settings.eventLoops());
        metrics = new Metrics(events, buffers);
        sessions = new Sessions(() -> lend(services), this::idsElsewhere);
        repaired = repair(services);
        try {
            ControlCommands commands = new ControlCommands(sessions, events, this::http);
            control = background.isPresent()
                    ? ControlServer.ofBackground(settings.runtimeFolder(), controlTransport, commands)
                    : ControlServer.ofProcess(settings.runtimeFolder(), controlTransport, commands);
        } catch (KubetunException e) {
            controlTransport.close();
            events.close();
            throw e;
        }
        machine = new MachineWatch(services.hosts(), events, InstantSource.system(), sessions::networkChanged);
    }

    /**
     * Starts a session: all modes of the profile or none. Blocks until it is ready.
     *
     * @param request what it shall be, and for whom
     * @param progress told each step
     * @return the running session
     * @throws KubetunException if it could not start; nothing is left of it
     * @throws InterruptedException if interrupted, or the kernel is closed, meanwhile; nothing is left of it
     */
    public Session start(SessionRequest request, Progress progress) throws KubetunException, InterruptedException {
        return sessions.start(request, progress);
    }

    /**
     * Says what a session would do: its modes run in the real cluster, their changes are noted and not made, and nothing
     * is listened on. No kernel is started for it, so nothing that dead ones left is taken back either. Blocks.
     *
     * @param settings about this machine
     * @param plugins the modes
     * @param request what the session would be
     * @param progress told each step
     * @return changes and listeners
     * @throws KubetunException if the session could not start
     * @throws InterruptedException if interrupted meanwhile
     */
    public static Plan plan(KernelSettings settings, PluginRegistry plugins, SessionRequest request, Progress progress)
            throws KubetunException, InterruptedException {
        return planner(settings, InstalledServices.of(plugins::mode)).plan(request, progress);
    }

    static Planner planner(KernelSettings settings, InstalledServices services) {
        return new Planner(
                services.clusters(), services.hosts(), services.modes(), settings.stateHome(), settings.eventLoops());
    }

    /**
     * Returns the sessions that live.
     *
     * @return in the order of their start
     */
    public List<Session> sessions() {
        return sessions.all();
    }

    /**
     * Returns the event bus.
     *
     * @return where to publish and read
     */
    public Events events() {
        return events;
    }

    /**
     * Returns the meters.
     *
     * @return what this kernel counts
     */
    public Metrics metrics() {
        return metrics;
    }

    /**
     * Serves health, readiness and metrics over HTTP on an address of loopback, until the kernel is closed. What is
     * served there already is left as it is.
     *
     * @param address where; port 0 for any
     * @return where it listens
     * @throws KubetunException if it cannot listen there, or is no address of loopback
     */
    public InetSocketAddress http(InetSocketAddress address) throws KubetunException {
        return http(address, false);
    }

    /**
     * The same, also on addresses that others can reach.
     *
     * @param address where; port 0 for any
     * @param anywhere whether it may be another than one of loopback
     * @return where it listens
     * @throws KubetunException if it cannot listen there, or may not
     */
    public synchronized InetSocketAddress http(InetSocketAddress address, boolean anywhere) throws KubetunException {
        for (HttpEndpoint open : endpoints) {
            if (open.address().equals(address)) {
                return address;
            }
        }
        HttpEndpoint endpoint =
                HttpEndpoint.open(address, anywhere, auxiliary(), new KernelPages(this::sessions, metrics));
        endpoints.add(endpoint);
        // Dials are timed from here on, and not from the first look at the meters.
        metrics.registry();
        return endpoint.address();
    }

    /**
     * Makes an event loop beside those of the sessions; whoever asks for it closes it.
     *
     * @return one loop, whose thread starts on first use
     */
    public NettyTransport auxiliary() {
        return new NettyTransport(1, buffers);
    }

    /**
     * Says what was left by dead kernels when this one started.
     *
     * @return what was taken back, and what could not be
     */
    public RepairReport repaired() {
        return repaired;
    }

    /**
     * Waits until there has been no session for a while; from then on none can start.
     *
     * @param grace how long
     * @throws InterruptedException if interrupted meanwhile
     */
    public void awaitIdle(Duration grace) throws InterruptedException {
        sessions.awaitIdle(grace);
    }

    /** Ends all sessions and the kernel: within a second, unless a mode or a change to the machine hangs. Idempotent. */
    @Override
    public void close() {
        machine.close();
        sessions.close();
        endpoints.forEach(HttpEndpoint::close);
        control.close();
        controlTransport.close();
        background.ifPresent(Kernels::unlock);
        events.close();
        metrics.close();
    }

    private RepairReport repair(InstalledServices services) {
        RepairReport report = new Repair(SessionServices.journals(settings.stateHome()), services.effectTypes()).run();
        report.undone()
                .forEach(each -> events.publish(new Event.EffectUndone(each.session(), each.kind(), each.preview())));
        report.problems().forEach(problem -> LOG.warn("repair: {}", problem));
        return report;
    }

    private SessionServices lend(InstalledServices services) {
        return new SessionServices(
                () -> new NettyTransport(settings.eventLoops(), buffers),
                events,
                metrics,
                services.clusters(),
                services.hosts(),
                services.modes(),
                takers,
                settings.stateHome(),
                settings.maxFlows());
    }

    private Set<String> idsElsewhere() {
        try {
            return new Kernels(settings.runtimeFolder())
                    .statusOfOthers(control.path()).stream()
                            .map(SessionStatus::id)
                            .collect(Collectors.toSet());
        } catch (KubetunException e) {
            LOG.debug("the other kernels are not known", e);
            return Set.of();
        }
    }
}
