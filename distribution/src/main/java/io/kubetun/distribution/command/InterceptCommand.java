package io.kubetun.distribution.command;

import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.cluster.WorkloadName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun intercept KIND/NAME}: a session that takes a workload's traffic, named by the workload. */
final class InterceptCommand implements Callable<Integer> {
    /** The mode that is offered so. */
    static final String MODE = "intercept";

    /** What others call it. */
    static final String ALIAS = "proxy";

    private static final String WORKLOAD = "workload";
    private static final String WAIT = "wait";

    /** Without a time of its own. */
    private static final String LONG = "24h";

    private final Sessions sessions;
    private final Flags flags = new Flags();
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final PositionalParamSpec workload = workload("Whose traffic: deployment/NAME, statefulset/NAME …");
    private final OptionSpec wait = OptionSpec.builder("--wait")
            .type(String.class)
            .arity("0..1")
            .fallbackValue(LONG)
            .preprocessor(InterceptCommand::onlyAttached)
            .paramLabel("TIME")
            .description("Wait while somebody else has the workload, at most so long. Default: a day.")
            .build();
    private final StartFlags start;
    private final LocalCommand local;

    InterceptCommand(
            ModeDescriptor mode, List<Option> clusterOptions, Sessions sessions, Supplier<PluginRegistry> plugins) {
        this.sessions = sessions;
        spec.aliases(ALIAS);
        spec.usageMessage()
                .description(
                        mode.summary().replace("%", "%%") + ", until kubetun leave KIND/NAME,",
                        "or until the command behind -- has ended, which has the workload's environment.");
        spec.addPositional(workload);
        local = new LocalCommand(spec, sessions, plugins);
        flags.add(
                spec,
                "modes." + MODE,
                mode.options().stream()
                        .filter(option ->
                                !option.key().equals(WORKLOAD) && !option.key().equals(WAIT))
                        .toList());
        flags.add(spec, "cluster", clusterOptions);
        spec.addOption(wait);
        start = new StartFlags(spec, false);
    }

    /** The workload as one word of a command. */
    static PositionalParamSpec workload(String description) {
        return PositionalParamSpec.builder()
                .type(String.class)
                .index("0")
                .arity("1")
                .paramLabel("KIND/NAME")
                .description(description)
                .build();
    }

    /** Reads that word. */
    static WorkloadName parse(String text) throws KubetunException {
        return WorkloadName.parse(text)
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.USAGE,
                        "cannot tell what " + text + " is",
                        "it is not KIND/NAME",
                        "Name a workload: deployment/NAME; see them: kubectl get deployments"));
    }

    /** What a profile says to turn the mode on for a workload. */
    static Map<String, Object> on(WorkloadName workload) {
        return Map.of("modes." + MODE + "." + WORKLOAD, workload.toString());
    }

    /** The word after {@code --wait} is the workload, unless a sign joins it. */
    private static boolean onlyAttached(
            Stack<String> words, CommandSpec command, ArgSpec argument, Map<String, Object> how) {
        if ("=".equals(how.get("separator"))) {
            return false;
        }
        argument.setValue(LONG);
        return true;
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        WorkloadName named = parse(workload.getValue());
        Map<String, Object> said = new HashMap<>(on(named));
        Optional.<String>ofNullable(wait.getValue()).ifPresent(time -> said.put("modes." + MODE + "." + WAIT, time));
        Profile profile = sessions.profiles()
                .adHoc(named.toString(), flags.overrides(spec.commandLine().getParseResult(), said));
        return local.run(named, profile, start);
    }
}
