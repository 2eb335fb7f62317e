package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --profile} and the flags of the cluster, for commands that look at what a session would join. */
final class ProfileFlags {
    private final Sessions sessions;
    private final CommandSpec spec;
    private final Flags flags = new Flags();
    private final OptionSpec profile = OptionSpec.builder("--profile", "-p")
            .type(String.class)
            .arity("1")
            .paramLabel("NAME")
            .description("The profile that says which cluster and which modes; without one, all modes.")
            .build();

    ProfileFlags(Sessions sessions, CommandSpec spec) {
        this.sessions = sessions;
        this.spec = spec;
        spec.addOption(profile);
        flags.add(spec, "cluster", sessions.clusterOptions());
    }

    /** The profile that is named, or one with every mode on and no more said. */
    Profile load(Iterable<ModeDescriptor> modes) throws KubetunException {
        Map<String, Object> all = new LinkedHashMap<>();
        String name = profile.getValue();
        if (name != null) {
            return sessions.profiles().load(name, overrides(all));
        }
        modes.forEach(mode -> all.put("modes." + mode.name(), Map.of()));
        return sessions.profiles().adHoc(spec.name(), overrides(all));
    }

    private Overrides overrides(Map<String, Object> more) {
        return flags.overrides(spec.commandLine().getParseResult(), more);
    }
}
