package io.kubetun.plugin.hostsfwd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names that are in a hosts file without kubetun: they stay the user's. */
final class UserHosts {
    /** Each line that kubetun writes ends with this and a session's id. */
    private static final String OURS = "#kubetun:";

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private UserHosts() {}

    /**
     * Reads them.
     *
     * @param file the hosts file
     * @return the names in lines that are not kubetun's, lower case; empty if the file cannot be read
     */
    static Set<String> names(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> !line.contains(OURS))
                    .flatMap(UserHosts::namesOfLine)
                    .collect(Collectors.toSet());
        } catch (IOException unreadable) {
            return Set.of();
        }
    }

    private static Stream<String> namesOfLine(String line) {
        int comment = line.indexOf('#');
        String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
        return Arrays.stream(BLANKS.split(entry, -1)).skip(1).map(name -> name.toLowerCase(Locale.ROOT));
    }
}
