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
    static final String KIND = "intercept-leave";

    /** Makes the type. */
    public LeaveChangeType() {}

    /** Takes the agent out of a workload that is held. */
    static Effect of(Workloads workloads, Workload workload, Holding holding) {
        return new OneWay(
                KIND,
                workload.namespace() + "/" + workload.spoken(),
                preview(workload.toString()) + "; it is intercepted by " + holding.spoken(),
                () -> takeOut(workloads, workload));
    }

    /** Leads the Services back that lead to the agent, and takes it out then. */
    static Effect of(Services services, Workloads workloads, Workload workload, Holding holding) {
        return new OneWay(
                KIND,
                workload.namespace() + "/" + workload.spoken(),
                "lead the Services of " + workload + " back and " + preview(workload.toString())
                        + "; it is intercepted by " + holding.spoken(),
                () -> {
                    leadBack(services, workload);
                    takeOut(workloads, workload);
                });
    }

    private static void leadBack(Services services, Workload workload) throws KubetunException {
        try {
            services.restoreAll(workload);
        } catch (IOException e) {
            throw Refusals.of("cannot lead the Services of " + workload + " back", e);
        }
    }

    /** Ends agents that were added to pods as they run. */
    static Effect of(EndedAgents agents, Workload workload, Holding holding) {
        return new OneWay(
                KIND,
                workload.namespace() + "/" + workload.spoken(),
                "end the agents in the pods of " + workload + "; it is intercepted by " + holding.spoken(),
                () -> end(agents, workload));
    }

    private static void end(EndedAgents agents, Workload workload) throws KubetunException {
        try {
            agents.endAll(workload.query(), each -> true);
        } catch (IOException e) {
            throw Refusals.of("cannot end the agents in the pods of " + workload, e);
        }
    }

    private static String preview(String workload) {
        return "take the agent out of the pods of " + workload + ", which are replaced";
    }

    private static void takeOut(Workloads workloads, Workload workload) throws KubetunException {
        try {
            Attempts.onLatest(
                    workloads,
                    workload.kind(),
                    workload.name(),
                    seen -> Holding.of(seen).map(there -> TemplatePatch.remove(seen)));
        } catch (IOException e) {
            throw Refusals.of("cannot take the agent out of " + workload, e);
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
