package io.kubetun.kernel;

import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kernel.plugin.PluginInfo;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionServices;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks at this machine and a cluster without a session, and changes nothing: what {@code doctor} says, and what
 * {@code why} says where nothing runs. Blocks; for one thread.
 */
public final class Inspector {
    private final KernelSettings settings;
    private final PluginRegistry plugins;
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
    public Inspector(KernelSettings settings, PluginRegistry plugins, Map<String, String> variables)
            throws KubetunException {
        this.settings = settings;
        this.plugins = plugins;
        this.variables = Map.copyOf(variables);
        this.services = InstalledServices.of(plugins::mode);
    }

    /**
     * Looks at the cluster of a profile.
     *
     * @param profile says which cluster, and which modes it must be good for
     * @return the findings
     */
    public List<Finding> examineCluster(Profile profile) {
        List<Permission> needs = profile.modes().keySet().stream()
                .flatMap(name -> plugins.mode(name).stream())
                .flatMap(mode -> mode.descriptor().permissions().stream())
                .distinct()
                .toList();
        try {
            return services.visit("", profile, variables, line -> {}, (cluster, events) -> cluster.examine(needs));
        } catch (KubetunException e) {
            return List.of(Finding.of("kubeconfig", e));
        }
    }

    /**
     * Looks at this machine: its devices and files, what dead sessions left, what runs.
     *
     * @param helperJournals where the privileged helper keeps its journals
     * @return the findings
     */
    public List<Finding> examineMachine(Path helperJournals) {
        List<Finding> findings = new ArrayList<>();
        Set<String> living = Set.of();
        try {
            List<SessionStatus> sessions = new Kernels(settings.runtimeFolder()).status();
            living = sessions.stream().map(SessionStatus::id).collect(Collectors.toSet());
            findings.add(Finding.ok("sessions", sessions.isEmpty() ? "none runs" : String.join(", ", living)));
        } catch (KubetunException e) {
            findings.add(Finding.of("sessions", e));
        }
        findings.addAll(services.hosts().examine(living));
        findings.add(leftovers("leftovers", SessionServices.journals(settings.stateHome()), "kubetun repair"));
        if (Files.isReadable(helperJournals)) {
            findings.add(leftovers("leftovers of the helper", helperJournals, "sudo kubetun repair"));
        }
        for (PluginInfo plugin : plugins.plugins()) {
            if (!plugin.reason().isEmpty()) {
                findings.add(
                        Finding.warn("plugin " + plugin.name(), "disabled: " + plugin.reason(), "kubetun plugins"));
            }
        }
        return findings;
    }

    private Finding leftovers(String check, Path journals, String fix) {
        RepairReport left = new Repair(journals, services.effectTypes()).plan();
        if (left.isEmpty()) {
            return Finding.ok(check, "none");
        }
        List<String> all = new ArrayList<>();
        left.problems().forEach(problem -> all.add(problem.what()));
        left.undone()
                .forEach(change -> all.add(change.preview().lines().findFirst().orElse(change.key())));
        return Finding.warn(check, String.join("; ", all), fix);
    }

    /**
     * Goes the way of one flow into the cluster of a profile.
     *
     * @param profile says which cluster
     * @param target where to
     * @return the steps
     * @throws KubetunException if the cluster cannot be opened
     * @throws InterruptedException if interrupted meanwhile
     */
    public Explanation explain(Profile profile, Target target) throws KubetunException, InterruptedException {
        return services.<Explanation, InterruptedException>visit(
                "", profile, variables, line -> {}, (cluster, events) -> {
                    cluster.check();
                    Explanation explanation = cluster.explain(target);
                    String context = cluster.identity().context();
                    return explanation.after(List.of(new Explanation.Step(
                            "session", "No session runs that owns it; tried through the context " + context + ".", 0)));
                });
    }
}
