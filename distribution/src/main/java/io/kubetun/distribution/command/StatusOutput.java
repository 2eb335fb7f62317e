package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.Mode.Listening;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How sessions are shown: a table for people, one document for machines, whose fields {@code docs/status.md} names. */
final class StatusOutput {
    private StatusOutput() {}

    static String render(List<SessionStatus> sessions, Format format) {
        return switch (format) {
            case JSON, YAML ->
                format.render(Map.of(
                        "sessions",
                        sessions.stream().map(StatusOutput::document).toList()));
            case TABLE, WIDE -> table(sessions, format == Format.WIDE);
        };
    }

    private static String table(List<SessionStatus> sessions, boolean wide) {
        if (sessions.isEmpty()) {
            return "No sessions.";
        }
        List<String> columns = new ArrayList<>(
                List.of("ID", "PROFILE", "CLUSTER", "NAMESPACE", "STATE", "MODES", "FLOWS", "SENT", "RECEIVED"));
        if (wide) {
            columns.addAll(List.of("FAILED", "UP", "SERVER"));
        }
        Table table = new Table(columns.toArray(String[]::new));
        Table listeners = new Table("ID", "MODE", "LISTENS ON", "SERVES", "NAMES");
        for (SessionStatus session : sessions) {
            List<String> row = new ArrayList<>(List.of(
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
                    bytes(session.bytesReceived())));
            if (wide) {
                row.addAll(List.of(Long.toString(session.flowsFailed()), up(session.since()), session.server()));
            }
            table.row(row.toArray(String[]::new));
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
        String notes = sessions.stream()
                .flatMap(session -> Stream.concat(
                                gateway(session).stream(),
                                session.modes().stream()
                                        .flatMap(mode -> mode.notes().stream().map(note -> mode.name() + ": " + note)))
                        .map(note -> "\n" + session.id() + " " + note))
                .collect(Collectors.joining());
        return table.render() + "\n\n" + listeners.render() + (notes.isEmpty() ? "" : "\n" + notes);
    }

    private static Optional<String> gateway(SessionStatus session) {
        return session.gateway()
                .map(name -> "gateway: flows go through " + name)
                .or(() -> session.agentless().map(why -> "gateway: none, " + why));
    }

    private static String up(Instant since) {
        Duration up = Duration.between(since, Instant.now());
        return up.toHours() > 0
                ? up.toHours() + "h" + up.toMinutesPart() + "m"
                : up.toMinutes() + "m" + up.toSecondsPart() + "s";
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
                    "notes", mode.notes(),
                    "listening", listening));
        }
        fields.put("modes", modes);
        fields.put("gateway", session.gateway().orElse(""));
        fields.put("agentless", session.agentless().orElse(""));
        return fields;
    }
}
