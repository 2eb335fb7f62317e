package io.kubetun.distribution.command;

import io.kubetun.kernel.ClusterVisit;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.control.Kernels.Found;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.cluster.WorkloadName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun leave KIND/NAME}: ends the session that intercepts a workload; with {@code --force}, whoever's it is. */
final class LeaveCommand implements Callable<Integer> {
    /** How a session's status says what stays in the cluster after its end. */
    private static final String STAYS = "until the pods are replaced.";

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Sessions sessions;
    private final Supplier<PluginRegistry> plugins;
    private final Kernels kernels = new Kernels(KernelSettings.ofUser().runtimeFolder());
    private final Flags flags = new Flags();
    private final PositionalParamSpec workload = InterceptCommand.workload("Whose traffic to give back.");
    private final OptionSpec force = OptionSpec.builder("--force")
            .type(boolean.class)
            .description("Take the agents out of the workload, whoever intercepts it.")
            .build();

    LeaveCommand(List<Option> clusterOptions, Sessions sessions, Supplier<PluginRegistry> plugins) {
        this.sessions = sessions;
        this.plugins = plugins;
        spec.usageMessage().description("Gives a workload its traffic back.");
        spec.addPositional(workload);
        spec.addOption(force);
        flags.add(spec, "cluster", clusterOptions);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        WorkloadName name = InterceptCommand.parse(workload.getValue());
        Optional<Found> own = own(name);
        if (own.isPresent()) {
            List<String> stays = own.get().session().modes().stream()
                    .flatMap(mode -> mode.notes().stream())
                    .filter(note -> note.endsWith(STAYS))
                    .toList();
            own.get().kernel().stop(own.get().session().id(), Ending.DISCONNECTED);
            System.err.println(name + " has its traffic again. "
                    + (stays.isEmpty() ? "Nothing is left behind." : String.join(" ", stays)));
            return 0;
        }
        if (!Boolean.TRUE.equals(force.getValue())) {
            throw new KubetunException(
                    ErrorCode.SESSION_UNKNOWN,
                    "cannot leave " + name,
                    "no session of this user intercepts it",
                    "See them: kubetun status. Take it from whoever does: kubetun leave " + name + " --force");
        }
        Optional<String> whose = new ClusterVisit(
                        KernelSettings.ofUser(),
                        plugins.get(),
                        sessions.installation().environment())
                .leave(
                        sessions.profiles()
                                .adHoc(
                                        "leave",
                                        flags.overrides(
                                                spec.commandLine().getParseResult(), InterceptCommand.on(name))),
                        name,
                        System.err::println);
        System.err.println(whose.map(holder -> name + " has its traffic again; it was " + holder + "'s.")
                .orElse(name + " was not intercepted."));
        return 0;
    }

    private Optional<Found> own(WorkloadName name) throws KubetunException {
        OptionSpec namespace = spec.findOption("--namespace");
        List<Found> found = kernels.named(name.toString()).stream()
                .filter(each -> namespace == null
                        || namespace.getValue() == null
                        || each.session().namespace().equals(namespace.getValue()))
                .toList();
        if (found.size() > 1) {
            throw new KubetunException(
                    ErrorCode.SESSION_UNKNOWN,
                    "cannot tell which " + name + " to leave",
                    found.size() + " sessions intercept one of this name",
                    "Say which: -n NAMESPACE, or kubetun disconnect "
                            + found.getFirst().session().id());
        }
        return found.stream().findFirst();
    }
}
