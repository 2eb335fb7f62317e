package io.kubetun.distribution.command;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun connect}: the cluster's network and names on this machine, and with {@code --socks} a proxy beside them. */
final class ConnectCommand implements Callable<Integer> {
    private static final String NAMES = "dns";
    private static final List<String> NETWORK = List.of("tun", NAMES);
    private static final String PROXY = "socks";

    private final Sessions sessions;
    private final List<String> network;
    private final Flags flags = new Flags();
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final StartFlags start;
    private final OptionSpec socks = OptionSpec.builder("--socks")
            .type(boolean.class)
            .description("Also listen as a SOCKS proxy.")
            .build();

    ConnectCommand(List<ModeDescriptor> modes, List<Option> clusterOptions, Sessions sessions) {
        this.sessions = sessions;
        List<String> there = modes.stream().map(ModeDescriptor::name).toList();
        // Names alone, at a port that no resolver asks, are no network.
        network = there.containsAll(NETWORK) ? NETWORK : List.of();
        spec.usageMessage().description("Joins this machine to the cluster's network and names, in the background.");
        spec.addOption(socks);
        modes.stream()
                .filter(mode -> NETWORK.contains(mode.name()) || mode.name().equals(PROXY))
                .forEach(mode -> flags.add(spec, "modes." + mode.name(), mode.options()));
        flags.add(spec, "cluster", clusterOptions);
        start = new StartFlags(spec, false);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Object> on = new LinkedHashMap<>();
        network.forEach(mode -> on.put("modes." + mode, Map.of()));
        if (network.contains(NAMES)) {
            on.put("modes." + NAMES + ".system", true);
        }
        if (Boolean.TRUE.equals(socks.getValue())) {
            on.put("modes." + PROXY, Map.of());
        }
        if (on.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.PLUGIN_UNKNOWN,
                    "cannot join the cluster's network",
                    "this installation has no plugin for it",
                    "Go by a proxy: kubetun proxy-out");
        }
        return sessions.runAdHoc("connect", flags.overrides(spec.commandLine().getParseResult(), on), List.of(), start);
    }
}
