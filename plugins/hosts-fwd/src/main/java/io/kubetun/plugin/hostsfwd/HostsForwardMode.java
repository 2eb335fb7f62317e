package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.Forwards.Changes;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running mode. The watch puts what it hears into {@link PendingServices}; one worker thread acts on it, opens and
 * closes listeners and keeps the hosts file; event loops carry the connections and never wait for either.
 */
final class HostsForwardMode implements Mode {
    private static final Logger LOG = LoggerFactory.getLogger(HostsForwardMode.class);

    /** The worker looks up at least this often; nothing depends on it. */
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final SessionContext context;
    private final ForwardOptions options;
    private final Duration linger;
    private final NameTable nameTable;
    private final Announcer announcer;
    private final Notices notices;
    private final Optional<HostsUpdate> hosts;
    private final PendingServices pending = new PendingServices();
    private final Object lock = new Object();
    private Optional<Running> running = Optional.empty();
    private volatile List<Listening> listening = List.of();

    HostsForwardMode(SessionContext context, ForwardOptions options, Duration linger) {
        this.context = context;
        this.options = options;
        this.linger = linger;
        this.notices = new Notices(context.progress());
        Identity identity = context.cluster().identity();
        String apiServer = Optional.ofNullable(identity.server().getHost()).orElse("");
        this.nameTable = new NameTable(options.bareNamespace(), identity.context(), options.domain(), apiServer);
        this.hosts = options.hostsFile().map(file -> new HostsUpdate(context, file, notices));
        this.announcer = new Announcer(notices, options);
    }

    /** What a start has opened. */
    private record Running(Forwards forwards, Listeners listeners, Watch watch, Thread worker) {}

    @Override
    public void start() throws KubetunException, InterruptedException {
        AddressBook book = AddressBook.open(
                context.sharedFolder().resolve("hosts-fwd"), context.cluster().identity());
        Listeners listeners = new Listeners(context, notices);
        Forwards forwards = new Forwards(options, book, listeners, notices, linger);
        Watch watch = context.cluster().watchServices(options.selection(), pending);
        Thread worker = Thread.ofVirtual().name("hosts-fwd-" + context.id()).unstarted(this::work);
        running = Optional.of(new Running(forwards, listeners, watch, worker));
        try {
            synchronized (lock) {
                Changes changes = apply(forwards, pending.drain());
                if (changes.failure().isPresent()) {
                    throw changes.failure().get();
                }
                if (listeners.open() == 0 && !listeners.refusals().isEmpty()) {
                    throw listeners.refusals().values().iterator().next();
                }
                if (hosts.isPresent()) {
                    hosts.get().write();
                }
                announcer.started(forwards, listeners, names(forwards), changes);
            }
        } catch (KubetunException | RuntimeException failure) {
            stop();
            throw failure;
        }
        worker.start();
    }

    private void work() {
        Forwards forwards = running.orElseThrow().forwards();
        try {
            while (!pending.isClosed()) {
                Map<ForwardKey, Optional<ServiceState>> batch = pending.await(untilDue(forwards));
                synchronized (lock) {
                    if (!pending.isClosed()) {
                        update(forwards, batch);
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void update(Forwards forwards, Map<ForwardKey, Optional<ServiceState>> batch) {
        try {
            Changes changes = apply(forwards, batch);
            announcer.changed(forwards, changes);
            changes.failure().ifPresent(failure -> notices.once(failure.getMessage()));
        } catch (RuntimeException unexpected) {
            LOG.warn("Services {} were not followed", batch.keySet(), unexpected);
        }
        hosts.ifPresent(HostsUpdate::writeIfDue);
    }

    private Duration untilDue(Forwards forwards) {
        synchronized (lock) {
            Duration hostsDue = hosts.flatMap(HostsUpdate::untilDue).orElse(IDLE);
            Duration podsDue = forwards.untilExpiry().orElse(IDLE);
            return hostsDue.compareTo(podsDue) < 0 ? hostsDue : podsDue;
        }
    }

    private Changes apply(Forwards forwards, Map<ForwardKey, Optional<ServiceState>> batch) {
        announcer.udp(batch);
        Changes changes = forwards.apply(batch);
        if (!changes.isEmpty()) {
            Map<ForwardKey, List<String>> names = names(forwards);
            List<Listening> addresses = new ArrayList<>();
            List<HostsEntry> entries = new ArrayList<>();
            for (Forward forward : forwards.all()) {
                List<String> own = names.getOrDefault(forward.key(), List.of());
                if (!own.isEmpty() && !forward.ports().isEmpty()) {
                    entries.add(new HostsEntry(forward.address(), own));
                }
                forward.ports()
                        .forEach((port, open) -> addresses.add(new Listening(
                                new InetSocketAddress(forward.address(), port),
                                forward.key() + ":" + open.forward().target().port(),
                                own)));
            }
            listening = List.copyOf(addresses);
            hosts.ifPresent(update -> update.want(entries));
        }
        return changes;
    }

    private Map<ForwardKey, List<String>> names(Forwards forwards) {
        List<ForwardPlan> plans = forwards.all().stream().map(Forward::plan).toList();
        Set<String> users = hosts.map(update -> UserHosts.names(update.file())).orElse(Set.of());
        Map<ForwardKey, List<String>> names = nameTable.assign(plans, users);
        if (!users.isEmpty()) {
            Set<String> shadowed = new HashSet<>(users);
            Set<String> all = new HashSet<>();
            nameTable.assign(plans, Set.of()).values().forEach(all::addAll);
            shadowed.retainAll(all);
            shadowed.stream()
                    .sorted()
                    .forEach(name -> notices.once("The name " + name + " is yours in "
                            + hosts.orElseThrow().file() + " and stays so; the Service has its longer names."));
        }
        return names;
    }

    /** Stops: intake, watch, connections, names, addresses, in this order. */
    @Override
    public void stop() {
        pending.close();
        running.ifPresent(this::stop);
    }

    private void stop(Running started) {
        synchronized (lock) {
            started.forwards().all().forEach(Forward::close);
            listening = List.of();
            started.watch().close();
            started.listeners().closeClients();
            hosts.ifPresent(HostsUpdate::remove);
            started.forwards().all().forEach(forward -> started.listeners().removeAlias(forward.address()));
        }
    }

    @Override
    public List<Listening> listening() {
        return listening;
    }
}
