package io.kubetun.host.resolver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * What one session has in the block: a comment line, so that every kubetun of the machine, whoever's it is, sees all.
 *
 * @param owner the session with its user, so that two users' sessions never meet
 * @param since when it came, in milliseconds: the first has the short names
 * @param perLink whether systemd-resolved asks it, so that the file names no server
 * @param names its name server
 */
record ResolverEntry(String owner, long since, boolean perLink, SystemNames names) {
    static final Comparator<ResolverEntry> ORDER =
            Comparator.comparingLong(ResolverEntry::since).thenComparing(entry -> entry.owner());

    private static final String MARK = "# kubetun session ";
    private static final Pattern LINE = Pattern.compile(Pattern.quote(MARK)
            + "(\\d{1,10})-(\\S+) (\\d{1,15}) (asked|per-link) (\\S+) ([0-9a-fA-F.:]+) (\\S+) (\\S+) ([0-9a-f]{8})");

    /** Names a session of a user. */
    static String owner(int uid, String session) {
        return uid + "-" + session;
    }

    String line() {
        String text = MARK + owner + " " + since + " " + (perLink ? "per-link" : "asked") + " " + names.label() + " "
                + names.server().getHostAddress() + " " + names.domain() + " "
                + (names.search().isEmpty() ? "-" : String.join(",", names.search()));
        return text + " " + seal(text);
    }

    /** Reads a line; empty if it is no session's or somebody changed it. */
    static Optional<ResolverEntry> parse(String line) {
        Matcher fields = LINE.matcher(line);
        if (!fields.matches() || !seal(line.substring(0, line.lastIndexOf(' '))).equals(fields.group(9))) {
            return Optional.empty();
        }
        try {
            List<String> search = fields.group(8).equals("-")
                    ? List.of()
                    : List.of(fields.group(8).split(",", -1));
            return Optional.of(new ResolverEntry(
                    fields.group(1) + "-" + fields.group(2),
                    Long.parseLong(fields.group(3)),
                    fields.group(4).equals("per-link"),
                    new SystemNames(
                            fields.group(2),
                            fields.group(5),
                            InetAddress.ofLiteral(fields.group(6)),
                            fields.group(7),
                            search)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String seal(String text) {
        CRC32 sum = new CRC32();
        sum.update(text.getBytes(ISO_8859_1));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
