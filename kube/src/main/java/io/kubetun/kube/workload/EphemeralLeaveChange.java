package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;

/**
 * Agents in pods told to end, whoever had them added. They are not started again: that is for their owner to do.
 *
 * @param agents end there
 * @param workload whose pods
 * @param holding who has it
 */
record EphemeralLeaveChange(EndedAgents agents, Workload workload, Holding holding) implements Effect {
    @Override
    public String kind() {
        return LeaveChange.KIND;
    }

    @Override
    public String key() {
        return workload.namespace() + "/" + workload.spoken();
    }

    @Override
    public String preview() {
        return "end the agents in the pods of " + workload + "; it is intercepted by " + holding.spoken();
    }

    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        try {
            agents.endAll(workload.query(), each -> true);
        } catch (IOException e) {
            throw Refusals.of("cannot end the agents in the pods of " + workload, e);
        }
    }

    @Override
    public void undo() {
        // Their owner may add others.
    }
}
