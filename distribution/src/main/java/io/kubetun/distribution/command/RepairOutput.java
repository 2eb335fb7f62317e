package io.kubetun.distribution.command;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kernel.journal.RepairReport.Change;
import io.kubetun.kernel.journal.RepairReport.Problem;
import io.kubetun.spi.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What repairs did, as a table or as one document. For one thread. */
final class RepairOutput {
    private final boolean dryRun;
    private final List<Change> changes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    RepairOutput(boolean dryRun) {
        this.dryRun = dryRun;
    }

    void add(RepairReport report) {
        changes.addAll(report.undone());
        problems.addAll(report.problems());
    }

    /** 0, or the code of the first problem. */
    int status() {
        return problems.isEmpty() ? 0 : problems.getFirst().code().status();
    }

    String render(Format format, Optional<String> leftForRoot) {
        return switch (format) {
            case JSON, YAML -> {
                Map<String, Object> fields = document(new RepairReport(changes, problems));
                fields.put("dryRun", dryRun);
                fields.put("leftForRoot", leftForRoot.orElse(""));
                yield format.render(fields);
            }
            case TABLE, WIDE -> text(leftForRoot);
        };
    }

    private String text(Optional<String> leftForRoot) {
        List<String> parts = new ArrayList<>();
        if (!changes.isEmpty()) {
            Table table = new Table(dryRun ? "WOULD TAKE BACK" : "TAKEN BACK", "OF SESSION", "WHAT");
            changes.forEach(each -> table.row(each.kind(), each.session(), firstLine(each.preview())));
            parts.add(table.render());
        }
        changes.stream()
                .flatMap(each -> each.kept().stream())
                .forEach(kept -> parts.add("Kept, as somebody changed it: " + kept));
        problems.forEach(problem -> parts.add("Not done: " + problem));
        leftForRoot.ifPresent(parts::add);
        return parts.isEmpty() ? "Nothing to repair." : String.join("\n", parts);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /** Makes the document of a report: {@code undone} and {@code problems}. */
    static Map<String, Object> document(RepairReport report) {
        List<Object> undone = new ArrayList<>();
        for (Change change : report.undone()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("session", change.session());
            fields.put("kind", change.kind());
            fields.put("key", change.key());
            fields.put("preview", change.preview());
            fields.put("kept", change.kept());
            undone.add(fields);
        }
        List<Object> problems = new ArrayList<>();
        for (Problem problem : report.problems()) {
            problems.add(Map.of("code", problem.code().name(), "what", problem.what(), "next", problem.next()));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("undone", undone);
        fields.put("problems", problems);
        return fields;
    }

    /** Reads the document of root's part. */
    static RepairReport read(String document) {
        try {
            Config fields = ConfigFactory.parseString(document);
            List<Change> undone = new ArrayList<>();
            for (Config each : fields.getConfigList("undone")) {
                undone.add(new Change(
                        each.getString("session"),
                        each.getString("kind"),
                        each.getString("key"),
                        each.getString("preview"),
                        each.getStringList("kept")));
            }
            List<Problem> problems = new ArrayList<>();
            for (Config each : fields.getConfigList("problems")) {
                problems.add(new Problem(
                        each.getEnum(ErrorCode.class, "code"), each.getString("what"), each.getString("next")));
            }
            return new RepairReport(undone, problems);
        } catch (ConfigException e) {
            return new RepairReport(
                    List.of(),
                    List.of(new Problem(
                            ErrorCode.NEEDS_ROOT,
                            "root's part of the repair has failed",
                            "See why: sudo kubetun repair --verbose")));
        }
    }
}
