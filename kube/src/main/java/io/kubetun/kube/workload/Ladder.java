package io.kubetun.kube.workload;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ways to get an agent into pods, the best one first. The first that can be gone is; one that was asked for is gone or
 * refused. Blocks. Thread-safe.
 *
 * @param ways each way once
 */
record Ladder(List<AgentWay> ways) {
    Ladder {
        ways = List.copyOf(ways);
    }

    /** A way that was looked at. */
    private record Rung(AgentWay way, Optional<KubetunException> obstacle) {
        boolean free() {
            return obstacle.isEmpty();
        }
    }

    /**
     * The way that is gone.
     *
     * @param way the way
     * @param passed a sentence for each better one that cannot be gone
     * @param rungs a line for each that was looked at, beginning with a line break
     */
    record Choice(AgentWay way, List<String> passed, String rungs) {
        Choice {
            passed = List.copyOf(passed);
        }
    }

    /** Whose a workload is, and in which way. */
    record Held(AgentWay way, Holding holding) {}

    /** Who has a workload's traffic; empty if it comes to nobody. */
    Optional<Held> held(Workload workload) throws IOException {
        for (AgentWay way : ways) {
            Optional<Holding> holding = way.holding(workload);
            if (holding.isPresent()) {
                return holding.map(each -> new Held(way, each));
            }
        }
        return Optional.empty();
    }

    /**
     * Chooses one.
     *
     * @param intercept what is wanted
     * @param workload of which
     * @param held who has it
     * @throws KubetunException if somebody else has the workload, or no way can be gone, with the reason of each
     * @throws IOException if the API server does not answer
     */
    Choice choose(Intercept intercept, Workload workload, Optional<Held> held) throws KubetunException, IOException {
        if (held.isPresent()) {
            intercept.checkHolder(workload, held.get().holding());
        }
        Optional<Way> asked = intercept.request().way();
        // What is there already is gone on with: two agents in a pod would take each other's ports.
        Optional<Way> only = held.map(each -> each.way().way());
        if (asked.isPresent() && only.isPresent() && !asked.equals(only)) {
            throw new KubetunException(
                    ErrorCode.TARGET_UNSUPPORTED,
                    "cannot intercept " + workload + " by --way " + asked.get(),
                    "you have it already, by --way " + only.get(),
                    "Give it back first: kubetun leave " + workload.spoken() + " --force");
        }
        List<Rung> looked = look(intercept, workload, asked.or(() -> only));
        Optional<Rung> taken = looked.stream()
                .filter(rung ->
                        asked.or(() -> only).map(way -> way == rung.way().way()).orElse(true))
                .filter(Rung::free)
                .findFirst();
        if (taken.isEmpty()) {
            throw refusal(workload, looked, asked.or(() -> only));
        }
        List<String> passed = looked.stream()
                .takeWhile(rung -> !rung.equals(taken.get()))
                .filter(rung -> !rung.free())
                .map(rung -> "Not by --way " + rung.way().way() + ": "
                        + rung.obstacle().get().why() + ".")
                .toList();
        return new Choice(taken.get().way(), passed, lines(looked, taken.get()));
    }

    private List<Rung> look(Intercept intercept, Workload workload, Optional<Way> only) throws IOException {
        List<Rung> looked = new ArrayList<>();
        boolean every = intercept.request().everyWay();
        boolean found = false;
        for (AgentWay way : ways) {
            boolean asked = only.isEmpty() || only.get() == way.way();
            if (every || (asked && !found)) {
                Rung rung = new Rung(way, way.obstacle(intercept, workload));
                looked.add(rung);
                found = found || (asked && rung.free());
            }
        }
        return looked;
    }

    private static String lines(List<Rung> looked, Rung taken) {
        return looked.stream()
                .map(rung -> "\n  --way " + rung.way().way() + ": "
                        + (rung.equals(taken)
                                ? "can, and is taken"
                                : rung.obstacle()
                                        .map(why -> "cannot, because " + why.why())
                                        .orElse("can")))
                .collect(Collectors.joining());
    }

    private static KubetunException refusal(Workload workload, List<Rung> looked, Optional<Way> only) {
        List<Rung> counting = looked.stream()
                .filter(rung -> only.isEmpty() || only.get() == rung.way().way())
                .toList();
        List<KubetunException> obstacles =
                counting.stream().flatMap(rung -> rung.obstacle().stream()).toList();
        List<String> reasons =
                obstacles.stream().map(KubetunException::why).distinct().toList();
        if (reasons.size() == 1) {
            return obstacles.getFirst();
        }
        boolean alike =
                obstacles.stream().map(KubetunException::code).distinct().count() == 1;
        return new KubetunException(
                alike ? obstacles.getFirst().code() : ErrorCode.TARGET_UNSUPPORTED,
                "cannot intercept " + workload,
                counting.stream()
                        .map(rung -> "--way " + rung.way().way() + ": "
                                + rung.obstacle().get().why())
                        .collect(Collectors.joining("; ")),
                obstacles.getFirst().next());
    }
}
