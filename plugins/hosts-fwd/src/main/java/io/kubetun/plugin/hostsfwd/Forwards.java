package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.AddressBook.Request;
import io.kubetun.plugin.hostsfwd.ServicePlan.Forwarded;
import io.kubetun.plugin.hostsfwd.ServicePlan.Skipped;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ServiceState;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that is forwarded, brought from what it is to what it should be, one Service at a time: what did not change is
 * not touched. Belongs to one thread at a time.
 */
final class Forwards {
    private final ServicePlanner planner;
    private final AddressBook book;
    private final Map<String, InetAddress> reservations;
    private final Listeners listeners;
    private final Notices notices;
    private final Duration linger;
    private final Map<ForwardKey, KnownService> services = new TreeMap<>();
    private final Map<ForwardKey, Forward> forwards = new TreeMap<>();
    private final Map<ForwardKey, Set<ForwardKey>> byService = new HashMap<>();
    private final Set<ForwardKey> unopened = new HashSet<>();

    Forwards(ForwardOptions options, AddressBook book, Listeners listeners, Notices notices, Duration linger) {
        this.planner = new ServicePlanner(
                options.mapping(), key -> Optional.ofNullable(services.get(key)).map(KnownService::state));
        this.book = book;
        this.reservations = options.reservations();
        this.listeners = listeners;
        this.notices = notices;
        this.linger = linger;
    }

    /**
     * What a batch changed.
     *
     * @param opened addresses that are new
     * @param closed addresses that are gone
     * @param altered addresses with other ports or names than before
     * @param failure why new Services are not forwarded, if so; they are tried again with the next batch
     */
    record Changes(
            List<ForwardKey> opened,
            List<ForwardKey> closed,
            List<ForwardKey> altered,
            Optional<KubetunException> failure) {
        boolean isEmpty() {
            return opened.isEmpty() && closed.isEmpty() && altered.isEmpty();
        }
    }

    Collection<Forward> all() {
        return forwards.values();
    }

    Optional<Forward> find(ForwardKey key) {
        return Optional.ofNullable(forwards.get(key));
    }

    Collection<KnownService> services() {
        return services.values();
    }

    /** How long until {@link #apply} should look again though nothing was told; empty if never. */
    Optional<Duration> untilExpiry() {
        return services.values().stream()
                .flatMap(service -> service.untilExpiry().stream())
                .min(Comparator.naturalOrder());
    }

    /**
     * Acts on what was told.
     *
     * @param batch the state of each Service that changed, empty for one that is gone
     * @return what changed here
     */
    Changes apply(Map<ForwardKey, Optional<ServiceState>> batch) {
        Set<ForwardKey> affected = new LinkedHashSet<>(batch.keySet());
        affected.addAll(unopened);
        unopened.clear();
        batch.forEach(this::remember);
        services.forEach((key, service) -> {
            if (dependsOnOthers(service)) {
                affected.add(key);
            }
        });
        Changes changes = new Changes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), Optional.empty());
        List<ForwardPlan> fresh = new ArrayList<>();
        for (ForwardKey service : affected) {
            List<ForwardPlan> plans = plans(service);
            closeOthers(service, plans, changes);
            for (ForwardPlan plan : plans) {
                find(plan.key()).ifPresentOrElse(known -> alter(known, plan, changes), () -> fresh.add(plan));
            }
        }
        try {
            open(fresh, changes);
            return changes;
        } catch (KubetunException failure) {
            fresh.forEach(plan -> unopened.add(plan.key().ofWhole()));
            return new Changes(changes.opened(), changes.closed(), changes.altered(), Optional.of(failure));
        }
    }

    private void remember(ForwardKey key, Optional<ServiceState> state) {
        if (state.isEmpty()) {
            services.remove(key);
        } else if (services.containsKey(key)) {
            services.get(key).update(state.get());
        } else {
            services.put(key, new KnownService(state.get(), linger));
        }
    }

    /** An ExternalName has the ports of the Service it leads to; a pod that is away stays for a time only. */
    private static boolean dependsOnOthers(KnownService service) {
        boolean expired = service.untilExpiry().filter(Duration::isZero).isPresent();
        if (expired) {
            service.update(service.state());
        }
        return expired || service.state().kind() == ServiceState.Kind.EXTERNAL_NAME;
    }

    private List<ForwardPlan> plans(ForwardKey service) {
        KnownService known = services.get(service);
        if (known == null) {
            return List.of();
        }
        return switch (planner.plan(known.state(), known.pods())) {
            case Forwarded(List<ForwardPlan> plans, List<String> remarks) -> {
                remarks.forEach(notices::once);
                yield plans;
            }
            case Skipped(String reason) -> {
                notices.once(reason);
                yield List.of();
            }
        };
    }

    private void closeOthers(ForwardKey service, List<ForwardPlan> plans, Changes changes) {
        Set<ForwardKey> wanted = plans.stream().map(ForwardPlan::key).collect(Collectors.toSet());
        Set<ForwardKey> open = byService.getOrDefault(service, Set.of());
        for (ForwardKey key : List.copyOf(open)) {
            if (!wanted.contains(key)) {
                listeners.close(forwards.remove(key));
                open.remove(key);
                changes.closed().add(key);
            }
        }
        if (open.isEmpty()) {
            byService.remove(service);
        }
    }

    private void alter(Forward forward, ForwardPlan plan, Changes changes) {
        Set<Integer> before = Set.copyOf(forward.ports().keySet());
        boolean renamed = !forward.plan().podNames().equals(plan.podNames());
        forward.plan(plan);
        listeners.closeUnplanned(forward);
        if (!forward.ports().keySet().equals(plan.ports().keySet())) {
            listeners.openPlanned(forward, refused -> elsewhere(forward, refused));
        }
        if (renamed || !before.equals(forward.ports().keySet())) {
            changes.altered().add(plan.key());
        }
    }

    private void open(List<ForwardPlan> plans, Changes changes) throws KubetunException {
        Map<ForwardKey, InetAddress> addresses = new HashMap<>();
        List<Request> requests = new ArrayList<>();
        for (ForwardPlan plan : plans) {
            Optional<InetAddress> reserved =
                    Optional.ofNullable(reservations.get(plan.key().dotted()));
            reserved.ifPresentOrElse(
                    address -> addresses.put(plan.key(), address),
                    () -> requests.add(new Request(plan.key(), plan.durable())));
        }
        addresses.putAll(book.allocate(requests, taken()));
        for (ForwardPlan plan : plans) {
            InetAddress address = addresses.get(plan.key());
            if (address == null) {
                notices.once(plan.key() + " is left out: all addresses of this cluster are given.");
                continue;
            }
            Forward forward = new Forward(plan, address);
            forwards.put(plan.key(), forward);
            byService
                    .computeIfAbsent(
                            ForwardKey.ofService(
                                    plan.key().namespace(), plan.key().service()),
                            _ -> new HashSet<>())
                    .add(plan.key());
            listeners.openPlanned(forward, refused -> elsewhere(forward, refused));
            changes.opened().add(plan.key());
        }
    }

    private Optional<InetAddress> elsewhere(Forward forward, Set<InetAddress> refused) throws KubetunException {
        Set<InetAddress> taken = taken();
        taken.addAll(refused);
        Request request = new Request(forward.key(), false);
        return Optional.ofNullable(book.allocate(List.of(request), taken).get(forward.key()));
    }

    private Set<InetAddress> taken() {
        Set<InetAddress> taken = new HashSet<>(reservations.values());
        forwards.values().forEach(forward -> taken.add(forward.address()));
        return taken;
    }
}
