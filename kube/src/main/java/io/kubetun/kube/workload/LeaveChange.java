package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;

/** An agent taken out of a workload, whoever had it put there. It is not put back: that is for its owner to do. */
final class LeaveChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "intercept-leave";

    private final Workloads workloads;
    private final Workload workload;
    private final Holding holding;
    private final First first;

    /** What must be done before the agents go. */
    @FunctionalInterface
    interface First {
        void run() throws KubetunException, IOException;
    }

    LeaveChange(Workloads workloads, Workload workload, Holding holding, First first) {
        this.first = first;
        this.workloads = workloads;
        this.workload = workload;
        this.holding = holding;
    }

    static String preview(String workload) {
        return "take the agent out of the pods of " + workload + ", which are replaced";
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return workload.namespace() + "/" + workload.spoken();
    }

    @Override
    public String preview() {
        return preview(workload.toString()) + "; it is intercepted by " + holding.spoken();
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

    @Override
    public void undo() {
        // Its owner may put it there again.
    }
}
