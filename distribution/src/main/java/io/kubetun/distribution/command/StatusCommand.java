package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode.Listening;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun status}: the sessions of this user, and where they listen. */
final class StatusCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OutputOption output = new OutputOption(spec);

    private final Kernels kernels;

    StatusCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Shows the running sessions and where they listen.");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        Format format = output.format();
        List<SessionStatus> sessions = kernels.status();
        switch (format) {
            case JSON, YAML ->
                System.out.println(format.render(Map.of(
                        "sessions",
                        sessions.stream().map(StatusCommand::document).toList())));
            case TABLE, WIDE -> System.out.println(table(sessions, format == Format.WIDE));
        }
        return 0;
    }

    private static String table(List<SessionStatus> sessions, boolean wide) {
        if (sessions.isEmpty()) {
            return "No sessions.";
        }
        Table table = new Table("ID", "PROFILE", "CLUSTER", "NAMESPACE", "STATE", "MODES", "FLOWS", "SENT", "RECEIVED");
        Table listeners = new Table("ID", "MODE", "LISTENS ON", "SERVES", "NAMES");
        for (SessionStatus session : sessions) {
            table.row(
                    session.id(),
                    session.profile(),
                    session.context(),
                    session.namespace(),
                    session.state() + session.why().map(why -> " (" + why + ")").orElse(""),
                    String.join(
                            ",",
                            session.modes().stream()
                                    .map(SessionStatus.ModeStatus::name)
                                    .toList()),
                    Long.toString(session.flowsOpen()),
                    bytes(session.bytesSent()),
                    bytes(session.bytesReceived()));
            for (SessionStatus.ModeStatus mode : session.modes()) {
                for (Listening listening : mode.listening()) {
                    listeners.row(
                            session.id(),
                            mode.name(),
                            text(listening),
                            listening.serves(),
                            String.join(" ", wide ? listening.names() : first(listening.names())));
                }
            }
        }
        return table.render() + "\n\n" + listeners.render();
    }

    private static List<String> first(List<String> names) {
        return names.isEmpty() ? List.of() : names.subList(0, 1);
    }

    private static String text(Listening listening) {
        return listening.address().getAddress().getHostAddress() + ":"
                + listening.address().getPort();
    }

    private static String bytes(long count) {
        if (count < 10_000) {
            return count + " B";
        }
        return count < 10_000_000 ? count / 1000 + " kB" : count / 1_000_000 + " MB";
    }

    private static Map<String, Object> document(SessionStatus session) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", session.id());
        fields.put("profile", session.profile());
        fields.put("context", session.context());
        fields.put("server", session.server());
        fields.put("namespace", session.namespace());
        fields.put("state", session.state().toString());
        fields.put("why", session.why().orElse(""));
        fields.put("since", session.since().toString());
        fields.put(
                "flows",
                Map.of("open", session.flowsOpen(), "total", session.flowsTotal(), "failed", session.flowsFailed()));
        fields.put("bytes", Map.of("sent", session.bytesSent(), "received", session.bytesReceived()));
        List<Object> modes = new ArrayList<>();
        for (SessionStatus.ModeStatus mode : session.modes()) {
            List<Object> listening = new ArrayList<>();
            for (Listening one : mode.listening()) {
                listening.add(Map.of("address", text(one), "serves", one.serves(), "names", one.names()));
            }
            modes.add(Map.of(
                    "name", mode.name(),
                    "state", mode.state().toString(),
                    "why", mode.why().orElse(""),
                    "listening", listening));
        }
        fields.put("modes", modes);
        return fields;
    }
}
