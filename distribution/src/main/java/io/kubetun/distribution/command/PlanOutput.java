package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.plan.Plan;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Plans as a table, or as one document. */
final class PlanOutput {
    private PlanOutput() {}

    static String render(List<Plan> plans, Format format) {
        return switch (format) {
            case JSON, YAML ->
                format.render(
                        Map.of("plans", plans.stream().map(PlanOutput::document).toList()));
            case TABLE, WIDE ->
                plans.stream().map(plan -> text(plan, format == Format.WIDE)).collect(Collectors.joining("\n\n"));
        };
    }

    private static Map<String, Object> document(Plan plan) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("profile", plan.profile());
        fields.put("context", plan.cluster().context());
        fields.put("server", plan.cluster().server().toString());
        fields.put("namespace", plan.cluster().namespace());
        fields.put("session", Plan.SESSION);
        List<Object> changes = new ArrayList<>();
        for (Plan.Change change : plan.changes()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("mode", change.mode());
            one.put("kind", change.kind());
            one.put("key", change.key());
            one.put("by", by(change.byHelper()));
            one.put("preview", change.preview());
            one.put("data", new TreeMap<>(change.data()));
            changes.add(one);
        }
        fields.put("changes", changes);
        List<Object> listeners = new ArrayList<>();
        for (Plan.Listener listener : plan.listeners()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("mode", listener.mode());
            one.put("address", text(listener.listening().address()));
            one.put("serves", listener.listening().serves());
            one.put("names", listener.listening().names());
            one.put("by", by(listener.byHelper()));
            listeners.add(one);
        }
        fields.put("listeners", listeners);
        List<Object> callers = new ArrayList<>();
        for (Plan.Caller caller : plan.callers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("mode", caller.mode());
            one.put("caller", caller.reach().caller());
            one.put("reaches", caller.reach().reaches());
            callers.add(one);
        }
        fields.put("callers", callers);
        return fields;
    }

    private static String text(Plan plan, boolean wide) {
        StringBuilder text = new StringBuilder();
        text.append(plan.profile())
                .append(" would join ")
                .append(plan.cluster().context())
                .append(". Nothing was changed.\n\n");
        if (plan.changes().isEmpty()) {
            text.append("It would change nothing on this machine or in the cluster.");
        } else {
            Table changes = new Table("CHANGES", "WHERE", "DONE BY", "MODE");
            plan.changes().forEach(each -> changes.row(each.kind(), each.key(), by(each.byHelper()), each.mode()));
            text.append(changes.render());
            plan.changes().forEach(each -> text.append("\n\n").append(each.preview()));
            text.append("\n\n(")
                    .append(Plan.SESSION)
                    .append(" stands for the session's id. The end of the session takes all of it back.)");
        }
        if (!plan.listeners().isEmpty()) {
            Table listeners = new Table("LISTENS ON", "SERVES", "NAMES", "DONE BY", "MODE");
            for (Plan.Listener each : plan.listeners()) {
                List<String> names = each.listening().names();
                listeners.row(
                        text(each.listening().address()),
                        each.listening().serves(),
                        String.join(" ", wide || names.isEmpty() ? names : names.subList(0, 1)),
                        by(each.byHelper()),
                        each.mode());
            }
            text.append("\n\n").append(listeners.render());
        }
        if (!plan.callers().isEmpty()) {
            Table callers = new Table("WHO CALLS BY", "REACHES", "MODE");
            plan.callers()
                    .forEach(each ->
                            callers.row(each.reach().caller(), each.reach().reaches(), each.mode()));
            text.append("\n\n").append(callers.render());
        }
        return text.toString();
    }

    private static String by(boolean helper) {
        return helper ? "helper" : "kubetun";
    }

    private static String text(InetSocketAddress address) {
        String ip = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + address.getPort();
    }
}
