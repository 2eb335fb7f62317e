package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a session shall be as a JSON object, and back. The order of the modes is kept. */
final class RequestJson {
    private RequestJson() {}

    static Map<String, Object> encode(SessionRequest request) {
        Profile profile = request.profile();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", profile.name());
        profile.source()
                .ifPresent(
                        source -> fields.put("source", source.toAbsolutePath().toString()));
        fields.put("cluster", profile.cluster().root().unwrapped());
        List<Object> modes = new ArrayList<>();
        profile.modes()
                .forEach((name, options) ->
                        modes.add(Map.of("name", name, "options", options.root().unwrapped())));
        fields.put("modes", modes);
        List<Object> variables = new ArrayList<>();
        request.variables().forEach((name, value) -> variables.add(List.of(name, value)));
        fields.put("variables", variables);
        request.helper().ifPresent(helper -> fields.put("helper", helper.toString()));
        fields.put(
                "transients", request.transients().stream().map(Path::toString).toList());
        return fields;
    }

    static SessionRequest decode(Config fields) {
        Map<String, Config> modes = new LinkedHashMap<>();
        for (Config mode : fields.getConfigList("modes")) {
            modes.put(mode.getString("name"), mode.getConfig("options"));
        }
        Profile profile = new Profile(
                fields.getString("name"),
                optional(fields, "source").map(Path::of),
                fields.getConfig("cluster"),
                modes,
                ConfigFactory.empty());
        Map<String, String> variables = new LinkedHashMap<>();
        for (var pair : fields.getList("variables")) {
            if (pair.unwrapped() instanceof List<?> both && both.size() == 2) {
                variables.put(String.valueOf(both.getFirst()), String.valueOf(both.getLast()));
            }
        }
        return new SessionRequest(
                profile,
                variables,
                optional(fields, "helper").map(Path::of),
                fields.getStringList("transients").stream().map(Path::of).toList());
    }

    private static Optional<String> optional(Config fields, String key) {
        return fields.hasPath(key) ? Optional.of(fields.getString(key)) : Optional.empty();
    }
}
