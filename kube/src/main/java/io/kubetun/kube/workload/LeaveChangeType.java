package io.kubetun.kube.workload;

import io.kubetun.kube.effect.OneWay;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.util.Map;

/**
 * The taking of agents out of workloads, whoever had them put there. They are not put back: that is for their owner to do.
 * Stateless.
 */
public final class LeaveChangeType implements EffectType {
    private static final String KIND = "intercept-leave";

    /** Makes the type. */
    public LeaveChangeType() {}

    /** What must be done before the agents go. */
    @FunctionalInterface
    interface First {
        void run() throws KubetunException, IOException;
    }

    /** Takes the agent out of the template of a workload that is held. */
    static Effect ofTemplate(Workloads workloads, Workload workload, Holding holding, First first) {
        return new OneWay(
                KIND,
                key(workload),
                preview(workload.toString()) + held(holding),
                () -> takeOut(workloads, workload, first));
    }

    /** Ends the agents in the pods of a workload that is held. */
    static Effect ofPods(EndedAgents agents, Workload workload, Holding holding) {
        return new OneWay(
                KIND,
                key(workload),
                "end the agents in the pods of " + workload + held(holding),
                () -> end(agents, workload));
    }

    private static String key(Workload workload) {
        return workload.namespace() + "/" + workload.spoken();
    }

    private static String held(Holding holding) {
        return "; it is intercepted by " + holding.spoken();
    }

    private static String preview(String workload) {
        return "take the agent out of the pods of " + workload + ", which are replaced";
    }

    private static void takeOut(Workloads workloads, Workload workload, First first) throws KubetunException {
        try {
            first.run();
            Attempts.onLatest(
                    workloads,
                    workload.kind(),
                    workload.name(),
                    seen -> Holding.of(seen).map(there -> TemplatePatch.remove(seen)));
        } catch (IOException e) {
            throw Refusals.of("cannot take the agent out of " + workload, e);
        }
    }

    private static void end(EndedAgents agents, Workload workload) throws KubetunException {
        try {
            agents.endAll(workload.query(), each -> true);
        } catch (IOException e) {
            throw Refusals.of("cannot end the agents in the pods of " + workload, e);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        return OneWay.made(KIND, key, preview(key));
    }
}
