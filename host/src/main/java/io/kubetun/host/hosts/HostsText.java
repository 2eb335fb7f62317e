package io.kubetun.host.hosts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The bytes of a hosts file with our blocks in it. Works on bytes: what is not ours is copied as it is, whatever its
 * encoding and line ends.
 *
 * <p>A block is a first and a last line, and entry lines that each say whose they are and what they said when they were
 * written ({@code #kubetun:OWNER CRC-32}). What belongs to an owner is therefore known line by line, also when somebody
 * has written into the block or has cut off its end. An entry that somebody has changed is theirs: it loses its tag and
 * stays.
 *
 * <p>Where the text before a block lacks its line break, the block brings it, and its first line says so: it is taken
 * away with the block.
 */
final class HostsText {
    private static final String BEGIN = "# >>> kubetun ";
    private static final String DO_NOT_EDIT = ": do not edit inside";
    private static final String OUR_BREAK = " (the line break before this line is kubetun's)";
    private static final String END = "# <<< kubetun ";
    private static final String TAG = "#kubetun:";

    private static final String OWNER = "([A-Za-z0-9._-]{1,64})";
    private static final Pattern BEGIN_LINE = Pattern.compile(
            Pattern.quote(BEGIN) + OWNER + Pattern.quote(DO_NOT_EDIT) + "(" + Pattern.quote(OUR_BREAK) + ")?");
    private static final Pattern END_LINE = Pattern.compile(Pattern.quote(END) + OWNER);
    // The first kubetuns wrote no checksum.
    private static final Pattern ENTRY_LINE =
            Pattern.compile("[0-9A-Fa-f.:]+ [A-Za-z0-9._ -]+ " + Pattern.quote(TAG) + OWNER);
    private static final Pattern SEALED_LINE =
            Pattern.compile("(?s)(.*) " + Pattern.quote(TAG) + OWNER + " ([0-9a-f]{8})");

    private HostsText() {}

    /** Says whether a name can be an owner. */
    static boolean isOwner(String name) {
        return name.matches(OWNER);
    }

    /** Returns all who have a block or a line in the text. */
    static Set<String> owners(byte[] text) {
        Set<String> owners = new TreeSet<>();
        for (int at = 0; at < text.length; at = lineEnd(text, at)) {
            for (Pattern pattern : List.of(BEGIN_LINE, END_LINE, ENTRY_LINE)) {
                Matcher line = pattern.matcher(line(text, at));
                if (line.matches()) {
                    owners.add(line.group(1));
                }
            }
            Matcher sealed = SEALED_LINE.matcher(line(text, at));
            if (sealed.matches()) {
                owners.add(sealed.group(2));
            }
        }
        return owners;
    }

    /** Returns the entries of an owner, as they were given to {@link #with}. */
    static List<String> lines(byte[] text, String owner) {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < text.length; at = lineEnd(text, at)) {
            String line = line(text, at);
            if (isEntry(line, owner)) {
                lines.add(line.substring(0, line.lastIndexOf(TAG)).strip());
            }
        }
        return lines;
    }

    /** Returns what somebody else wrote inside an owner's block, or made of its entries. */
    static List<String> foreign(byte[] text, String owner) {
        List<String> foreign = new ArrayList<>();
        boolean inside = false;
        for (int at = 0; at < text.length; at = lineEnd(text, at)) {
            String line = line(text, at);
            Optional<String> changed = changed(line, owner);
            if (Rest.isOf(BEGIN_LINE.matcher(line), owner) || Rest.isOf(END_LINE.matcher(line), owner)) {
                inside = BEGIN_LINE.matcher(line).matches();
            } else if (changed.isPresent()) {
                foreign.add(changed.get());
            } else if (inside && !isEntry(line, owner)) {
                foreign.add(whole(text, at));
            }
        }
        return foreign.stream().filter(line -> !line.isBlank()).toList();
    }

    private static boolean isEntry(String line, String owner) {
        Matcher sealed = SEALED_LINE.matcher(line);
        return sealed.matches()
                ? sealed.group(2).equals(owner) && seal(sealed.group(1)).equals(sealed.group(3))
                : Rest.isOf(ENTRY_LINE.matcher(line), owner);
    }

    /** The line without its tag, if it was the owner's and does not say any more what it said. */
    private static Optional<String> changed(String line, String owner) {
        Matcher sealed = SEALED_LINE.matcher(line);
        return sealed.matches()
                        && sealed.group(2).equals(owner)
                        && !seal(sealed.group(1)).equals(sealed.group(3))
                ? Optional.of(sealed.group(1))
                : Optional.empty();
    }

    private static String seal(String entry) {
        CRC32 sum = new CRC32();
        sum.update(entry.getBytes(ISO_8859_1));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /** Returns the text without an owner's block; the very same array if there is none. */
    static byte[] without(byte[] text, String owner) {
        Rest rest = Rest.of(text, owner);
        if (!rest.found) {
            return text;
        }
        if (!rest.ourBreak) {
            return rest.bytes;
        }
        if (rest.at == rest.bytes.length) {
            boolean there = rest.at > 0 && rest.bytes[rest.at - 1] == '\n';
            return there ? Arrays.copyOf(rest.bytes, rest.at - 1) : rest.bytes;
        }
        // Another owner's block now stands behind our line break: it becomes that block's.
        Matcher next = BEGIN_LINE.matcher(line(rest.bytes, rest.at));
        if (next.matches() && next.group(2) == null) {
            return splice(rest.bytes, rest.at, begin(next.group(1), true), lineEnd(rest.bytes, rest.at));
        }
        return rest.bytes;
    }

    /** Returns the text with these lines as the owner's block: where it was, else at the end. */
    static byte[] with(byte[] text, String owner, List<String> lines) {
        if (lines.isEmpty()) {
            return without(text, owner);
        }
        Rest rest = Rest.of(text, owner);
        boolean breakMissing = rest.at > 0 && rest.bytes[rest.at - 1] != '\n';
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        if (breakMissing) {
            block.write('\n');
        }
        block.writeBytes(begin(owner, breakMissing || rest.ourBreak));
        lines.forEach(
                line -> block.writeBytes((line + " " + TAG + owner + " " + seal(line) + "\n").getBytes(ISO_8859_1)));
        block.writeBytes((END + owner + "\n").getBytes(ISO_8859_1));
        return splice(rest.bytes, rest.at, block.toByteArray(), rest.at);
    }

    private static byte[] begin(String owner, boolean ourBreak) {
        return (BEGIN + owner + DO_NOT_EDIT + (ourBreak ? OUR_BREAK : "") + "\n").getBytes(ISO_8859_1);
    }

    /** What is left without an owner's lines, where they stood first, and whether the line break before was theirs. */
    private static final class Rest {
        final byte[] bytes;
        final int at;
        final boolean found;
        final boolean ourBreak;

        private Rest(byte[] bytes, int at, boolean found, boolean ourBreak) {
            this.bytes = bytes;
            this.at = at;
            this.found = found;
            this.ourBreak = ourBreak;
        }

        static Rest of(byte[] text, String owner) {
            ByteArrayOutputStream kept = new ByteArrayOutputStream(text.length);
            int at = -1;
            boolean found = false;
            boolean ourBreak = false;
            for (int start = 0; start < text.length; ) {
                int end = lineEnd(text, start);
                String line = line(text, start);
                Matcher begin = BEGIN_LINE.matcher(line);
                Optional<String> changed = changed(line, owner);
                if (isOf(begin, owner) || isOf(END_LINE.matcher(line), owner) || isEntry(line, owner)) {
                    at = at < 0 ? kept.size() : at;
                    ourBreak |= begin.matches() && begin.group(2) != null;
                } else if (changed.isPresent()) {
                    kept.writeBytes((changed.get() + "\n").getBytes(ISO_8859_1));
                    found = true;
                } else {
                    kept.write(text, start, end - start);
                }
                start = end;
            }
            return new Rest(kept.toByteArray(), at < 0 ? kept.size() : at, found || at >= 0, ourBreak);
        }

        private static boolean isOf(Matcher line, String owner) {
            return line.matches() && line.group(1).equals(owner);
        }
    }

    /** Behind the line's break, or the end of the text. */
    private static int lineEnd(byte[] text, int start) {
        int end = start;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, text.length);
    }

    /** The line without its break and blanks around it, an editor may have changed those; empty if it cannot be ours. */
    private static String line(byte[] text, int start) {
        int end = lineEnd(text, start);
        String line = new String(text, start, end - start, ISO_8859_1);
        return line.contains("kubetun") ? line.strip() : "";
    }

    private static String whole(byte[] text, int start) {
        return new String(text, start, lineEnd(text, start) - start, ISO_8859_1).strip();
    }

    private static byte[] splice(byte[] text, int from, byte[] piece, int to) {
        byte[] spliced = new byte[from + piece.length + text.length - to];
        System.arraycopy(text, 0, spliced, 0, from);
        System.arraycopy(piece, 0, spliced, from, piece.length);
        System.arraycopy(text, to, spliced, from + piece.length, text.length - to);
        return spliced;
    }
}
