package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.Overrides;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A subcommand that starts an ad-hoc session of one mode, made wholly from the mode's descriptor. */
final class ModeCommand implements Callable<Integer> {
    private final ModeDescriptor mode;
    private final Sessions sessions;
    private final Flags flags = new Flags();
    private final CommandSpec spec;
    private final Optional<Purge> purge;
    private final StartFlags start;
    private final OptionSpec contexts = OptionSpec.builder("-x", "--contexts")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .splitRegex(",")
            .arity("1")
            .paramLabel("A,B")
            .description("Contexts of the kubeconfig: one session each, all in this process.")
            .build();

    ModeCommand(ModeDescriptor mode, List<Option> clusterOptions, Sessions sessions) {
        this.mode = mode;
        this.sessions = sessions;
        this.spec = CommandSpec.wrapWithoutInspection(this);
        spec.usageMessage().description(mode.summary().replace("%", "%%"));
        flags.add(spec, "modes." + mode.name(), mode.options());
        flags.add(spec, "cluster", clusterOptions);
        spec.addOption(contexts);
        start = new StartFlags(spec, true);
        purge = Purge.fits(spec) ? Optional.of(new Purge(spec)) : Optional.empty();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        if (purge.isPresent() && purge.get().wanted()) {
            sessions.dryRun().refuse("--purge");
            purge.get().run();
            return 0;
        }
        Map<String, Object> on = new LinkedHashMap<>();
        on.put("modes." + mode.name(), Map.of());
        Overrides overrides = flags.overrides(spec.commandLine().getParseResult(), on);
        List<String> wanted = contexts.getValue();
        return sessions.runAdHoc(mode.command(), overrides, wanted == null ? List.of() : wanted, start);
    }
}
