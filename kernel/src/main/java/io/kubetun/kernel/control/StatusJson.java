package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.SessionStatus.ModeState;
import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.spi.Mode.Listening;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A session's status as a JSON object, and back. */
final class StatusJson {
    private StatusJson() {}

    static Map<String, Object> encode(SessionStatus status) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", status.id());
        fields.put("profile", status.profile());
        fields.put("context", status.context());
        fields.put("server", status.server());
        fields.put("namespace", status.namespace());
        fields.put("state", status.state().name());
        status.why().ifPresent(why -> fields.put("why", why));
        fields.put("since", status.since().toString());
        fields.put("modes", status.modes().stream().map(StatusJson::encode).toList());
        status.gateway().ifPresent(gateway -> fields.put("gateway", gateway));
        status.agentless().ifPresent(why -> fields.put("agentless", why));
        fields.put("flowsOpen", status.flowsOpen());
        fields.put("flowsTotal", status.flowsTotal());
        fields.put("flowsFailed", status.flowsFailed());
        fields.put("bytesSent", status.bytesSent());
        fields.put("bytesReceived", status.bytesReceived());
        return fields;
    }

    static SessionStatus decode(Config fields) {
        return new SessionStatus(
                fields.getString("id"),
                fields.getString("profile"),
                fields.getString("context"),
                fields.getString("server"),
                fields.getString("namespace"),
                fields.getEnum(State.class, "state"),
                text(fields, "why"),
                Instant.parse(fields.getString("since")),
                fields.getConfigList("modes").stream()
                        .map(StatusJson::decodeMode)
                        .toList(),
                text(fields, "gateway"),
                text(fields, "agentless"),
                fields.getLong("flowsOpen"),
                fields.getLong("flowsTotal"),
                fields.getLong("flowsFailed"),
                fields.getLong("bytesSent"),
                fields.getLong("bytesReceived"));
    }

    private static Map<String, Object> encode(ModeStatus mode) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", mode.name());
        fields.put("state", mode.state().name());
        mode.why().ifPresent(why -> fields.put("why", why));
        fields.put(
                "listening", mode.listening().stream().map(StatusJson::encode).toList());
        fields.put("notes", mode.notes());
        return fields;
    }

    private static Map<String, Object> encode(Listening listening) {
        return Map.of(
                "ip", listening.address().getAddress().getHostAddress(),
                "port", listening.address().getPort(),
                "serves", listening.serves(),
                "names", listening.names());
    }

    private static ModeStatus decodeMode(Config mode) {
        List<Listening> listening = new ArrayList<>();
        for (Config each : mode.getConfigList("listening")) {
            listening.add(new Listening(
                    new InetSocketAddress(literal(each.getString("ip")), each.getInt("port")),
                    each.getString("serves"),
                    each.getStringList("names")));
        }
        return new ModeStatus(
                mode.getString("name"),
                mode.getEnum(ModeState.class, "state"),
                text(mode, "why"),
                listening,
                mode.hasPath("notes") ? mode.getStringList("notes") : List.of());
    }

    private static Optional<String> text(Config fields, String name) {
        return fields.hasPath(name) ? Optional.of(fields.getString(name)) : Optional.empty();
    }

    private static InetAddress literal(String ip) {
        try {
            return InetAddress.ofLiteral(ip);
        } catch (IllegalArgumentException e) {
            return unspecified();
        }
    }

    private static InetAddress unspecified() {
        try {
            return InetAddress.getByAddress(new byte[4]);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
