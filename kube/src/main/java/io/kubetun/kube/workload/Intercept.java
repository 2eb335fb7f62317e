package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * What a session wants of a workload, and how the workload is changed to it.
 *
 * @param request what is taken, and for whom
 * @param session the session's id
 * @param image the agent's image
 * @param pullSecret the Secret that it is pulled with
 * @param clock for people: since when
 */
record Intercept(
        InterceptRequest request, String session, String image, Optional<String> pullSecret, InstantSource clock) {
    String fingerprint() {
        return Holding.fingerprint(request.ownerKey());
    }

    /**
     * Makes the change, for the workload as it was seen. What is asked of it already is changed to the same.
     *
     * @param workload the workload
     * @param pod one of its pods
     * @return a strategic merge patch
     * @throws KubetunException if it cannot be intercepted, or somebody else has it
     */
    Map<String, Object> patch(Workload workload, Tree pod) throws KubetunException {
        return patch(workload, pod, Entrances.NONE);
    }

    /**
     * Makes the change with an agent to which Services lead.
     *
     * @param entrances where to; none if rules do
     */
    Map<String, Object> patch(Workload workload, Tree pod, Entrances entrances) throws KubetunException {
        Suitability.checkPods(workload, pod);
        Suitability.checkRollout(workload);
        TakenPorts ports = TakenPorts.of(request, workload);
        Optional<Holding> there = Holding.of(workload);
        if (there.isPresent()) {
            checkHolder(workload, there.get());
        }
        AgentContainers containers = containers(workload, ports, entrances);
        // The pods say since when: another time would replace them.
        Holding holding = new Holding(
                request.holder(),
                fingerprint(),
                there.map(Holding::since).filter(since -> !since.isEmpty()).orElseGet(this::now),
                session,
                Optional.empty());
        return TemplatePatch.add(workload, containers, holding, pullSecret);
    }

    /** What gets into each pod, with rules. */
    AgentContainers containers(Workload workload, TakenPorts ports) {
        return containers(workload, ports, Entrances.NONE);
    }

    private AgentContainers containers(Workload workload, TakenPorts ports, Entrances entrances) {
        boolean rules = !entrances.any();
        return new AgentContainers(
                image,
                request.ownerKey(),
                rules ? ports.tcpText() : "",
                rules ? ports.udpText() : "",
                rules && !request.probes() ? Probes.of(workload) : "",
                entrances);
    }

    /** Says whether what there is are agents of this owner in running pods, and another way was asked for. */
    boolean isEnding(Ladder.Held held) {
        return held.way().way() == Way.EPHEMERAL
                && held.holding().isOf(fingerprint())
                && request.way().filter(way -> way != Way.EPHEMERAL).isPresent();
    }

    /** Refuses what somebody else has. */
    void checkHolder(Workload workload, Holding there) throws KubetunException {
        if (!there.isOf(fingerprint())) {
            throw held(workload, there, Optional.empty());
        }
    }

    /**
     * Makes the refusal of what somebody else has.
     *
     * @param silentSince when their Lease was last renewed, if it has expired
     */
    KubetunException held(Workload workload, Holding there, Optional<String> silentSince) {
        String end = "kubetun leave " + workload.spoken() + " --force";
        return new KubetunException(
                ErrorCode.TARGET_UNSUPPORTED,
                "cannot intercept " + workload,
                "it is intercepted by " + spoken(there, silentSince),
                silentSince.isPresent()
                        ? "Their session seems to be gone. End it: " + end
                        : "Wait for them, by --wait, or end it: " + end);
    }

    /** As in "alice@laptop since 2026-01-01T10:00:00Z, not renewed since 2026-01-01T11:00:00Z". */
    static String spoken(Holding holding, Optional<String> silentSince) {
        return holding.spoken()
                + silentSince.map(since -> ", not renewed since " + since).orElse("");
    }

    String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Changes the workload. Blocks. */
    Workload put(Workloads workloads, Workload seen) throws KubetunException, IOException {
        return put(workloads, seen, Entrances.NONE);
    }

    /** The same with an agent to which Services lead. */
    Workload put(Workloads workloads, Workload seen, Entrances entrances) throws KubetunException, IOException {
        return Attempts.onLatest(
                        workloads,
                        seen.kind(),
                        seen.name(),
                        workload -> Optional.of(patch(workload, onePod(workloads, workload), entrances)))
                .orElseThrow(() -> new IOException("it is gone"));
    }

    /** What is put into pods on their way in stands in no template. */
    static Tree onePod(Workloads workloads, Workload workload) throws IOException {
        return workloads.pods(workload.query(), 1).stream().findFirst().orElse(Tree.MISSING);
    }
}
