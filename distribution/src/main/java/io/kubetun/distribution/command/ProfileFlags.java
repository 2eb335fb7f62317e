package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --profile} and the flags of the cluster, for commands that do something with what a profile says. */
final class ProfileFlags {
    private final Sessions sessions;
    private final CommandSpec spec;
    private final Flags flags = new Flags();
    private final OptionSpec profile;

    private ProfileFlags(Sessions sessions, CommandSpec spec, boolean required, String description) {
        this.sessions = sessions;
        this.spec = spec;
        profile = OptionSpec.builder("--profile", "-p")
                .type(String.class)
                .arity("1")
                .required(required)
                .paramLabel("NAME")
                .description(description)
                .build();
        spec.addOption(profile);
    }

    /** Adds {@code --profile} to a command that cannot do without it. */
    static ProfileFlags required(Sessions sessions, CommandSpec spec, String description) {
        return new ProfileFlags(sessions, spec, true, description);
    }

    /** Adds {@code --profile} to a command that does something else without it. */
    static ProfileFlags optional(Sessions sessions, CommandSpec spec, String description) {
        return new ProfileFlags(sessions, spec, false, description);
    }

    /** Adds {@code --profile} and the cluster's flags to a command that looks at what a session would join. */
    static ProfileFlags orAllModes(Sessions sessions, CommandSpec spec) {
        return optional(sessions, spec, "The profile that says which cluster and which modes; without one, all modes.")
                .withCluster();
    }

    /** Adds the flags of the cluster, after what the command's help shows between them and {@code --profile}. */
    ProfileFlags withCluster() {
        return with("cluster", sessions.clusterOptions());
    }

    /** Adds the flags of one of a profile's blocks. */
    ProfileFlags with(String block, List<Option> options) {
        flags.add(spec, block, options);
        return this;
    }

    /** The profile that is named, as it is now. */
    Profile load() throws KubetunException {
        return load(Map.of());
    }

    private Profile load(Map<String, Object> more) throws KubetunException {
        return sessions.profiles().load(profile.getValue(), overrides(more));
    }

    /** The profile that is named, or one with every mode on and no more said. */
    Profile loadOr(Iterable<ModeDescriptor> modes) throws KubetunException {
        if (profile.getValue() != null) {
            return load();
        }
        Map<String, Object> all = new LinkedHashMap<>();
        modes.forEach(mode -> all.put("modes." + mode.name(), Map.of()));
        return adHoc(all);
    }

    /** The profile that is named, or one without a file; with more said than the flags say, which go before it. */
    Profile loadWith(Map<String, Object> more) throws KubetunException {
        return profile.getValue() == null ? adHoc(more) : load(more);
    }

    private Profile adHoc(Map<String, Object> more) throws KubetunException {
        return sessions.profiles().adHoc(spec.name(), overrides(more));
    }

    /** Has the profile that is named hosted, or planned; without one, shows the command's help. */
    int run(StartFlags start) throws KubetunException, InterruptedException {
        if (profile.getValue() == null) {
            CommandLine line = spec.commandLine();
            line.usage(line.getErr());
            return ErrorCode.USAGE.status();
        }
        return sessions.run(List.of(load()), start);
    }

    private Overrides overrides(Map<String, Object> more) {
        return flags.overrides(spec.commandLine().getParseResult(), more);
    }
}
