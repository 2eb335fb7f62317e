package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.examine.AccessReview;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An agent without any rule, and without a capability, by the pod template; once all pods have it, the Services that
 * select them are led to ports of its own.
 *
 * @param workloads ask the API server
 * @param services the namespace's
 * @param finder knows what is behind a Service
 * @param catalog what the cluster holds
 * @param cluster how the cluster was reached, for the journal
 * @param access what the user may do
 */
record TargetPortWay(
        Workloads workloads,
        Services services,
        WorkloadFinder finder,
        Catalog catalog,
        JournalledCluster cluster,
        Access access)
        implements AgentWay {
    @Override
    public Way way() {
        return Way.TARGET_PORT;
    }

    @Override
    public Optional<KubetunException> obstacle(Intercept intercept, Workload workload) throws IOException {
        try {
            Suitability.checkPods(workload, Tree.MISSING);
            Suitability.checkRollout(workload);
            checkAsked(intercept, workload);
            Optional<String> missing = access.missing(List.of(
                    new AccessReview("patch", "apps", workload.kind().plural()),
                    new AccessReview("list", "", "pods"),
                    new AccessReview("list", "", "services"),
                    new AccessReview("patch", "", "services")));
            if (missing.isPresent()) {
                return missing.map(each -> Refusals.forbidden("cannot intercept " + workload, each, null));
            }
            LedServices led =
                    LedServices.find(services, finder, workload, TakenPorts.of(intercept.request(), workload));
            intercept.patch(workload, Intercept.onePod(workloads, workload), led.entrances());
            return Optional.empty();
        } catch (KubetunException e) {
            return Optional.of(e);
        }
    }

    private static void checkAsked(Intercept intercept, Workload workload) throws KubetunException {
        if (!TakenPorts.of(intercept.request(), workload).udp().isEmpty()) {
            throw refused(
                    workload,
                    "UDP cannot be taken by a Service's target port",
                    "Take the TCP ports alone, or another way: --way " + Way.PATCH);
        }
        if (intercept.request().probes()) {
            throw refused(
                    workload,
                    "probes go to the container's own port, and no Service is asked",
                    "Leave out --probes, or take another way: --way " + Way.PATCH);
        }
        if (workload.containers().stream()
                .flatMap(container -> container.at("ports").items().stream())
                .anyMatch(port -> port.at("containerPort").number().equals(Optional.of(Entrances.READY)))) {
            throw refused(
                    workload,
                    "its pods listen on port " + Entrances.READY + " themselves, which is the agent's",
                    "Have it listen on another port.");
        }
    }

    private static KubetunException refused(Workload workload, String why, String next) {
        return new KubetunException(ErrorCode.TARGET_UNSUPPORTED, "cannot intercept " + workload, why, next);
    }

    @Override
    public Interception put(Injection injection, Effects effects, Progress progress) throws KubetunException {
        Workload workload = injection.workload();
        Intercept intercept = injection.intercept();
        Owned owned = injection.owned();
        LedServices led = find(injection);
        TakenPorts ports = new TakenPorts(
                false,
                led.entrances().own().keySet(),
                Set.of(),
                injection.ports().byAsked());
        Injection taken = new Injection(intercept, workload, ports, injection.rungs());
        AtomicReference<Workload> changed = new AtomicReference<>(workload);
        InterceptChange.Reaching reaching = () -> new InterceptChange.Reached(workloads.api(), () -> {});
        Effect template = InterceptChange.of(
                owned,
                taken.preview("put an agent into the pods of " + workload
                        + ", which are replaced: a container without rights, of " + intercept.image()
                        + ", that listens on the pods' own addresses at " + led.entrances()
                        + ", open to whoever reaches a pod; then lead there " + led),
                cluster.with(owned.data()),
                () -> {
                    // What a session before has led elsewhere would lead to nothing while the pods are replaced.
                    services.restoreAll(workload);
                    changed.set(intercept.put(workloads, workload, led.entrances()));
                },
                reaching);
        progress.step("Putting an agent into the pods of " + workload + ".");
        effects.apply(template);
        List<Effect> changes = new ArrayList<>();
        led.ports()
                .forEach((service, list) -> changes.add(ServiceChange.of(
                        owned,
                        service,
                        "lead service/" + service + " to the agents of " + workload + ": port " + spoken(list),
                        cluster.with(ServiceChange.data(owned, service)),
                        () -> lead(service, intercept, changed.get(), led.entrances()),
                        reaching)));
        Workload now = changed.get();
        return new InterceptedServices(
                new InterceptedWorkload(
                        Way.TARGET_PORT,
                        taken,
                        now,
                        template,
                        effects,
                        workloads,
                        new Following(() -> new FollowedAgents(
                                Way.TARGET_PORT, owned, intercept.request().ownerKey(), now, catalog)),
                        InterceptedWorkload.Keeper.NONE),
                led,
                changes,
                effects);
    }

    private LedServices find(Injection injection) throws KubetunException {
        try {
            return LedServices.find(services, finder, injection.workload(), injection.ports());
        } catch (IOException e) {
            throw Refusals.of("cannot intercept " + injection.workload(), e);
        }
    }

    private static String spoken(List<LedPort> ports) {
        return String.join(", ", ports.stream().map(LedPort::toString).toList());
    }

    private void lead(String service, Intercept intercept, Workload workload, Entrances entrances)
            throws KubetunException, IOException {
        Optional<Holding> holding = Holding.of(workload);
        services.change(service, seen -> {
            Optional<Leading> there = Leading.of(seen.document());
            if (there.isPresent()) {
                intercept.checkHolder(workload, there.get().holding());
            }
            List<LedPort> led = seen.led(workload, entrances);
            return led.isEmpty()
                    ? Optional.empty()
                    : Optional.of(seen.lead(new Leading(
                            workload.spoken(),
                            intercept.request().holder(),
                            intercept.fingerprint(),
                            holding.map(Holding::since).orElse(""),
                            intercept.session(),
                            led)));
        });
    }

    /** Also who has only Services left, after somebody else has put the template back. */
    @Override
    public Optional<Holding> holding(Workload workload) throws IOException {
        if (Entrances.areIn(workload)) {
            return Holding.of(workload);
        }
        try {
            return services.leading(workload).stream()
                    .flatMap(service -> Leading.of(service.document()).stream())
                    .map(Leading::holding)
                    .findFirst();
        } catch (ApiException e) {
            if (e.forbidden()) {
                // Who may not see the Services has not led them either.
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Effect leaving(Workload workload, Holding holding) {
        // A Service must not lead to agents that are gone.
        return LeaveChangeType.of(services, workloads, workload, holding);
    }
}
