package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.kernel.Inspector;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.control.WhyAnswer;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Explanation.Step;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun why HOST:PORT}: sends one flow and says how it went, through a running session or without one. */
final class WhyCommand implements Callable<Integer> {
    private final Sessions sessions;
    private final Supplier<PluginRegistry> plugins;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;
    private final OutputOption output = new OutputOption(spec);
    private final OptionSpec session = OptionSpec.builder("--session")
            .type(String.class)
            .arity("1")
            .paramLabel("ID")
            .description("Ask this session; else the one that owns the name or address, else all.")
            .build();
    private final PositionalParamSpec target = PositionalParamSpec.builder()
            .index("0")
            .type(String.class)
            .arity("1")
            .paramLabel("HOST:PORT")
            .description("What a program would connect to: a name, a ClusterIP, a pod's address, a listener here.")
            .build();

    WhyCommand(Sessions sessions, Supplier<PluginRegistry> plugins) {
        this.sessions = sessions;
        this.plugins = plugins;
        spec.name("why");
        spec.usageMessage()
                .description("Sends one flow and says step by step how it went: session, name, endpoint, dial.");
        spec.addPositional(target);
        spec.addOption(session);
        profile = ProfileFlags.orAllModes(sessions, spec);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        Format format = output.format();
        String text = target.getValue();
        int colon = text.lastIndexOf(':');
        Target asked = parse(text, colon);
        String host = text.substring(0, colon).toLowerCase(Locale.ROOT).replaceAll("^\\[(.*)]$", "$1");
        List<Explanation> all = explain(host, asked);
        System.out.println(
                switch (format) {
                    case JSON, YAML ->
                        format.render(Map.of(
                                "explanations",
                                all.stream().map(WhyAnswer::encode).toList()));
                    case TABLE, WIDE ->
                        String.join("\n\n", all.stream().map(WhyCommand::text).toList());
                });
        return all.stream().allMatch(Explanation::reached) ? 0 : ErrorCode.TARGET_NOT_READY.status();
    }

    private List<Explanation> explain(String host, Target asked) throws KubetunException, InterruptedException {
        KernelSettings settings = KernelSettings.ofUser();
        String id = session.getValue();
        List<Explanation> all = new Kernels(settings.runtimeFolder()).why(id == null ? "" : id, host, asked.port());
        if (!all.isEmpty()) {
            return all;
        }
        return List.of(
                new Inspector(settings, plugins.get(), sessions.installation().environment())
                        .explain(profile.loadOr(plugins.get().modes()), asked));
    }

    private static Target parse(String text, int colon) throws KubetunException {
        try {
            return Target.of(text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot explain '" + text + "'",
                    "it is not HOST:PORT",
                    "Try: kubetun why echo.default:80");
        }
    }

    private static String text(Explanation explanation) {
        List<String> lines = new ArrayList<>();
        lines.add(explanation.target() + (explanation.reached() ? " is reached" : " is not reached"));
        String before = "";
        for (Step step : explanation.steps()) {
            String time = step.micros() == 0 ? "" : "  (%.1f ms)".formatted(step.micros() / 1e3);
            lines.add("  %-10s %s%s".formatted(step.stage().equals(before) ? "" : step.stage(), step.says(), time));
            before = step.stage();
        }
        return String.join("\n", lines);
    }
}
