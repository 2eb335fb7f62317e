package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.util.Optional;

/** One way by which an agent gets into a workload's pods: a rung of the {@link Ladder}. Blocks. Thread-safe. */
interface AgentWay {
    /** Which of the ways it is. */
    Way way();

    /**
     * Finds out whether it can be gone. Changes nothing.
     *
     * @param intercept what is wanted
     * @param workload of which
     * @return the refusal, with the reason and what to type instead; empty if it can
     * @throws IOException if the API server does not answer
     */
    Optional<KubetunException> obstacle(Intercept intercept, Workload workload) throws IOException;

    /**
     * Has the agent put into the pods, as an effect.
     *
     * @param injection what is put where
     * @param effects makes the change, or only notes it
     * @param progress told what is done
     * @return the workload, whose pods are about to have their agent
     * @throws KubetunException if it cannot be done; nothing is changed then
     */
    Interception put(Injection injection, Effects effects, Progress progress) throws KubetunException;

    /**
     * Says who has the workload's traffic in this way.
     *
     * @throws IOException if the API server does not answer
     */
    Optional<Holding> holding(Workload workload) throws IOException;

    /**
     * Says what of it stays in the cluster after its end.
     *
     * @return a sentence; empty if nothing does
     */
    default Optional<String> remains(Workload workload) {
        return Optional.empty();
    }

    /**
     * Makes the change that takes the agents out, whoever had them put there.
     *
     * @param workload whose
     * @param holding who has it, as {@link #holding} said
     */
    Effect leaving(Workload workload, Holding holding);
}
