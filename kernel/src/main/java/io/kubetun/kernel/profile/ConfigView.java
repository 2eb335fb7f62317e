package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shows what a profile says in the end, and who said it: {@code flag --name}, {@code -Dname}, the name of an environment
 * variable, {@code file:line}, or {@code default}. Secrets are shown as {@code ***}.
 */
public final class ConfigView {
    private ConfigView() {}

    /**
     * Renders for people: a line for each value, which are together a profile of the same meaning, except for secrets.
     *
     * @param profile the profile
     * @return lines, each with its line break
     */
    public static String render(Profile profile) {
        List<Entry> entries = entries(profile);
        int width = entries.stream()
                .mapToInt(entry -> entry.assignment().length())
                .max()
                .orElse(0);
        StringBuilder lines = new StringBuilder();
        for (Entry entry : entries) {
            String assignment = entry.assignment();
            lines.append(assignment)
                    .repeat(" ", width - assignment.length())
                    .append("  # ")
                    .append(entry.from())
                    .append('\n');
        }
        return lines.toString();
    }

    /**
     * Renders for programs: an object with {@code profile}, {@code source} (absent for an ad-hoc session), and
     * {@code values}, a list of objects with {@code key}, {@code value} and {@code from}.
     *
     * @param profile the profile
     * @return a JSON document
     */
    public static String renderJson(Profile profile) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("profile", profile.name());
        profile.source().map(Path::toString).ifPresent(source -> document.put("source", source));
        document.put("values", entries(profile).stream().map(Entry::toMap).toList());
        return ConfigValueFactory.fromAnyRef(document)
                .render(ConfigRenderOptions.concise().setFormatted(true));
    }

    private static List<Entry> entries(Profile profile) {
        List<Entry> entries = new ArrayList<>();
        String root = ProfileSchema.ROOT + ".";
        add(entries, root + ProfileSchema.CLUSTER, profile.cluster());
        profile.modes().forEach((mode, options) -> {
            String path = root + ProfileSchema.MODES + "." + mode;
            if (options.isEmpty()) {
                entries.add(new Entry(path, mode, ConfigValueFactory.fromMap(Map.of()), "on"));
            }
            add(entries, path, options);
        });
        return entries;
    }

    private static void add(List<Entry> entries, String path, Config options) {
        new TreeMap<>(options.root())
                .forEach((key, value) ->
                        entries.add(new Entry(path + "." + key, key, value, Origins.describe(value.origin()))));
    }

    private record Entry(String path, String key, ConfigValue value, String from) {
        String assignment() {
            return path + " = " + Secrets.render(key, value);
        }

        Map<String, Object> toMap() {
            Config shown = ConfigFactory.parseString("value = " + Secrets.render(key, value));
            return Map.of("key", path, "value", shown.getAnyRef("value"), "from", from);
        }
    }
}
