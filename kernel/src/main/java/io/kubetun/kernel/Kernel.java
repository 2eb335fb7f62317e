package io.kubetun.kernel;

import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.control.ControlServer;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.metrics.Metrics;
import io.kubetun.kernel.network.MachineWatch;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionServices;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    private final Metrics metrics = new Metrics(events);
    private final NettyTransport transport;
    private final Sessions sessions;
    private final ControlServer control;
    private final MachineWatch machine;
    private final Repair.Report repaired;

    /**
     * Starts a kernel with the clusters, hosts and effects that this installation provides.
     *
     * @param settings about this machine
     * @param plugins the modes
     * @throws KubetunException if the control socket cannot be opened
     */
    public Kernel(KernelSettings settings, PluginRegistry plugins) throws KubetunException {
        this(settings, InstalledServices.of(plugins::mode));
    }

    Kernel(KernelSettings settings, InstalledServices services) throws KubetunException {
        this.settings = settings;
        transport = new NettyTransport(settings.eventLoops());
        sessions = new Sessions(() -> lend(services), this::idsElsewhere);
        repaired = repair(services);
        try {
            control = ControlServer.open(settings.runtimeFolder(), sessions);
        } catch (KubetunException e) {
            transport.close();
            events.close();
            throw e;
        }
        machine = new MachineWatch(services.hosts(), events, InstantSource.system(), sessions::networkChanged);
    }

    /**
     * Starts a session: all modes of the profile or none. Blocks until it is ready.
     *
     * @param profile what it shall be
     * @param helper the socket of the privileged helper, if there is one
     * @param progress told each step
     * @return the running session
     * @throws KubetunException if it could not start; nothing is left of it
     * @throws InterruptedException if interrupted, or the kernel is closed, meanwhile; nothing is left of it
     */
    public Session start(Profile profile, Optional<Path> helper, Progress progress)
            throws KubetunException, InterruptedException {
        return sessions.start(profile, helper, progress);
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
     * Says what was left by dead kernels when this one started.
     *
     * @return what was taken back, and what could not be
     */
    public Repair.Report repaired() {
        return repaired;
    }

    /** Ends all sessions and the kernel: within a second, unless a mode or a change to the machine hangs. Idempotent. */
    @Override
    public void close() {
        machine.close();
        sessions.close();
        control.close();
        transport.close();
        events.close();
        metrics.close();
    }

    private Repair.Report repair(InstalledServices services) {
        Repair.Report report = new Repair(SessionServices.journals(settings.stateHome()), services.effectTypes()).run();
        report.undone()
                .forEach(each -> events.publish(new Event.EffectUndone(each.session(), each.kind(), each.preview())));
        report.problems().forEach(problem -> LOG.warn("repair: {}", problem));
        return report;
    }

    private SessionServices lend(InstalledServices services) {
        return new SessionServices(
                transport,
                events,
                metrics,
                services.clusters(),
                services.hosts(),
                services.modes(),
                settings.stateHome(),
                settings.maxFlows());
    }

    private Set<String> idsElsewhere() {
        try {
            return ControlClient.statusOfOthers(settings.runtimeFolder(), control.path()).stream()
                    .map(SessionStatus::id)
                    .collect(Collectors.toSet());
        } catch (KubetunException e) {
            LOG.debug("the other kernels are not known", e);
            return Set.of();
        }
    }
}
