package io.kubetun.kernel;

import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionServices;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.WorkloadEnvironment;
import io.kubetun.spi.cluster.WorkloadName;
import java.util.Map;
import java.util.Optional;

/** Does something in a cluster without a session. Blocks; for one thread. */
public final class ClusterVisit {
    private final KernelSettings settings;
    private final InstalledServices services;
    private final Map<String, String> variables;

    /**
     * Prepares it.
     *
     * @param settings about this machine
     * @param plugins the modes
     * @param variables the environment of the person who asks
     * @throws KubetunException if the installation lacks something
     */
    public ClusterVisit(KernelSettings settings, PluginRegistry plugins, Map<String, String> variables)
            throws KubetunException {
        this.settings = settings;
        this.variables = Map.copyOf(variables);
        this.services = InstalledServices.of(plugins::mode);
    }

    /**
     * Gives a workload its traffic back without the session that took it, which may be of another user, on another machine,
     * or no more.
     *
     * @param profile says which cluster
     * @param workload in the active namespace
     * @param progress told what is to be known of it
     * @return whose intercept it was; empty if there was none
     * @throws KubetunException if it cannot be done
     */
    public Optional<String> leave(Profile profile, WorkloadName workload, Progress progress) throws KubetunException {
        String id = "leave-" + ProcessHandle.current().pid();
        return services.visit(id, profile, variables, progress, (cluster, events) -> {
            JournaledEffects effects =
                    JournaledEffects.ofSession(id, SessionServices.journals(settings.stateHome()), events);
            try {
                return cluster.leave(workload, effects);
            } finally {
                effects.undoAll();
            }
        });
    }

    /**
     * Finds out what a workload's process has in its environment.
     *
     * @param profile says which cluster
     * @param workload in the active namespace
     * @param container the container's name; empty for the first
     * @return the environment
     * @throws KubetunException if it cannot be read
     */
    public WorkloadEnvironment environment(Profile profile, WorkloadName workload, String container)
            throws KubetunException {
        return services.visit(
                "", profile, variables, line -> {}, (cluster, events) -> cluster.environment(workload, container));
    }
}
