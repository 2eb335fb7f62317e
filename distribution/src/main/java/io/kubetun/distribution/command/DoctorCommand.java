package io.kubetun.distribution.command;

import io.kubetun.distribution.Version;
import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.Inspector;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Finding;
import io.kubetun.spi.Finding.Level;
import io.kubetun.spi.KubetunException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun doctor}: looks at machine and cluster, changes nothing, and says what to do about what it finds. */
final class DoctorCommand implements Callable<Integer> {
    private final Sessions sessions;
    private final Supplier<PluginRegistry> plugins;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;
    private final OutputOption output = new OutputOption(spec);

    DoctorCommand(Sessions sessions, Supplier<PluginRegistry> plugins) {
        this.sessions = sessions;
        this.plugins = plugins;
        spec.name("doctor");
        spec.usageMessage()
                .description("Looks at this machine and the cluster, and says what to do about what it finds.")
                .footer("The exit code is 0, or what the first line that fails would make a session end with.");
        profile = ProfileFlags.orAllModes(sessions, spec);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        Format format = output.format();
        Inspector inspector = new Inspector(
                KernelSettings.ofUser(), plugins.get(), sessions.installation().environment());
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("kubetun", Version.line()));
        try {
            findings.addAll(
                    inspector.examineCluster(profile.loadOr(plugins.get().modes())));
        } catch (KubetunException e) {
            findings.add(Finding.of("profile", e));
        }
        findings.addAll(inspector.examineMachine(HostJournal.OF_ROOT.folder()));
        System.out.println(
                switch (format) {
                    case JSON, YAML ->
                        format.render(Map.of(
                                "worst",
                                text(worst(findings)),
                                "findings",
                                findings.stream().map(DoctorCommand::document).toList()));
                    case TABLE, WIDE -> table(findings);
                });
        return findings.stream()
                .flatMap(finding -> finding.code().stream())
                .findFirst()
                .map(ErrorCode::status)
                .orElse(0);
    }

    private static Level worst(List<Finding> findings) {
        return findings.stream()
                .map(Finding::level)
                .max(Comparator.naturalOrder())
                .orElse(Level.OK);
    }

    private static String table(List<Finding> findings) {
        Table table = new Table("STATE", "CHECK", "FOUND");
        for (Finding finding : findings) {
            table.row(text(finding.level()), finding.check(), finding.says());
            if (!finding.fix().isEmpty()) {
                table.row("", "", "-> " + finding.fix());
            }
        }
        return table.render();
    }

    private static String text(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> document(Finding finding) {
        return Map.of(
                "check",
                finding.check(),
                "state",
                text(finding.level()),
                "found",
                finding.says(),
                "fix",
                finding.fix());
    }
}
