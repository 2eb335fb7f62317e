package io.kubetun.plugin.hostsfwd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The names that are in a hosts file without kubetun: they stay the user's. */
final class UserHosts {
    private UserHosts() {}

    /**
     * Reads them.
     *
     * @param file the hosts file
     * @return the names outside kubetun's blocks, lower case; empty if the file cannot be read
     */
    static Set<String> names(Path file) {
        try {
            return names(
                    List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\\R")));
        } catch (IOException unreadable) {
            return Set.of();
        }
    }

    private static Set<String> names(List<String> lines) {
        Set<String> names = new HashSet<>();
        boolean ours = false;
        for (String line : lines) {
            if (isFence(line, "begin")) {
                ours = true;
            } else if (isFence(line, "end")) {
                ours = false;
            } else if (!ours) {
                addNames(line, names);
            }
        }
        return names;
    }

    private static void addNames(String line, Set<String> names) {
        int comment = line.indexOf('#');
        String[] words =
                (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        for (int i = 1; i < words.length; i++) {
            names.add(words[i].toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isFence(String line, String word) {
        String text = line.strip().toLowerCase(Locale.ROOT);
        return text.startsWith("#") && text.contains("kubetun") && text.contains(word);
    }
}
