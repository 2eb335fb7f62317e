package io.kubetun.host.resolver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@code resolv.conf} taken apart: what is somebody else's, byte for byte, and the sessions that have a part in the block.
 * The block has two pieces, as the first name server counts and the last list to search: one before everything and one
 * behind. Each piece begins with the checksums of its lines, so that what somebody wrote between them stays.
 *
 * <p>{@code options rotate} would ask others for the cluster's names too, and no later line takes it back: such a line is
 * kept as a comment meanwhile.
 *
 * @param rest the text without the block, a character a byte
 * @param entries the sessions, the first one first
 */
record ResolverText(String rest, List<ResolverEntry> entries) {
    private static final String BEGIN = "# >>> kubetun";
    private static final String DO_NOT_EDIT = ": do not edit inside";
    private static final String OUR_BREAK = " (the line break before this line is kubetun's)";
    private static final String END = "# <<< kubetun";
    private static final String ASIDE = "# kubetun keeps: ";
    private static final Pattern BEGIN_LINE = Pattern.compile(Pattern.quote(BEGIN) + "((?: [0-9a-f]{8})*)"
            + Pattern.quote(DO_NOT_EDIT) + "(" + Pattern.quote(OUR_BREAK) + ")?");
    private static final int NDOTS = 5;

    /** Takes a text apart. */
    static ResolverText parse(byte[] bytes) {
        StringBuilder kept = new StringBuilder(bytes.length);
        SequencedMap<String, ResolverEntry> entries = new LinkedHashMap<>();
        List<String> sealed = new ArrayList<>();
        int ourBreakAt = -1;
        for (String whole : lines(new String(bytes, ISO_8859_1))) {
            String line = whole.strip();
            Matcher begin = BEGIN_LINE.matcher(line);
            Optional<ResolverEntry> entry = ResolverEntry.parse(line);
            if (begin.matches()) {
                sealed.clear();
                sealed.addAll(List.of(begin.group(1).strip().split(" ", -1)));
                ourBreakAt = begin.group(2) == null ? ourBreakAt : kept.length();
            } else if (entry.isPresent()) {
                entries.put(entry.get().owner(), entry.get());
                sealed.remove(ResolverEntry.seal(line));
            } else if (line.startsWith(ASIDE)) {
                kept.append(whole, whole.indexOf(ASIDE) + ASIDE.length(), whole.length());
            } else if (line.equals(END)) {
                sealed.clear();
            } else if (!sealed.remove(ResolverEntry.seal(line))) {
                kept.append(whole);
            }
        }
        String rest = kept.toString();
        return new ResolverText(
                ourBreakAt == rest.length() && rest.endsWith("\n") ? rest.substring(0, rest.length() - 1) : rest,
                entries.sequencedValues().stream().sorted(ResolverEntry.ORDER).toList());
    }

    /** The same with a session's part, which takes the place of the one that it had. */
    ResolverText with(ResolverEntry entry) {
        List<ResolverEntry> all = new ArrayList<>(without(entry.owner()).entries());
        all.add(entry);
        all.sort(ResolverEntry.ORDER);
        return new ResolverText(rest, all);
    }

    ResolverText without(String owner) {
        return new ResolverText(
                rest,
                entries.stream().filter(entry -> !entry.owner().equals(owner)).toList());
    }

    /** The same without lines that name this server outside of the block: what is left of one whose comments somebody took. */
    ResolverText withoutServer(InetAddress server) {
        String ours = "nameserver " + server.getHostAddress();
        return new ResolverText(
                lines(rest).stream().filter(line -> !line.strip().equals(ours)).collect(Collectors.joining()), entries);
    }

    /**
     * Puts it together.
     *
     * @param hostDomain what short names are completed with where the file says nothing
     */
    byte[] bytes(Optional<String> hostDomain) {
        return text(hostDomain).getBytes(ISO_8859_1);
    }

    private String text(Optional<String> hostDomain) {
        if (entries.isEmpty()) {
            return rest;
        }
        ResolverEntry first = entries.getFirst();
        Directives theirs = Directives.of(rest);
        List<String> head = new ArrayList<>();
        entries.forEach(entry -> head.add(entry.line()));
        if (!first.perLink()) {
            head.add("nameserver " + first.names().server().getHostAddress());
            if (theirs.servers().isEmpty()) {
                // What a resolver asks when it is told nobody.
                head.add("nameserver 127.0.0.1");
            }
        }
        List<String> tail = new ArrayList<>();
        List<String> search = new ArrayList<>(first.names().search());
        (theirs.searches() ? theirs.search().stream() : hostDomain.stream())
                .filter(domain -> !search.contains(domain))
                .forEach(search::add);
        if (!search.isEmpty()) {
            tail.add("search " + String.join(" ", search));
        }
        String middle = first.perLink() ? rest : aside(tail);
        if (theirs.ndots() < NDOTS) {
            tail.add("options ndots:" + NDOTS);
        }
        if (tail.isEmpty()) {
            return piece(head, false) + middle;
        }
        boolean breakMissing = !rest.isEmpty() && !rest.endsWith("\n");
        return piece(head, false) + middle + (breakMissing ? "\n" : "") + piece(tail, breakMissing);
    }

    /** Returns what somebody else wrote into the block. */
    static List<String> foreign(byte[] text) {
        List<String> foreign = new ArrayList<>();
        List<String> sealed = new ArrayList<>();
        boolean inside = false;
        for (String whole : lines(new String(text, ISO_8859_1))) {
            String line = whole.strip();
            Matcher begin = BEGIN_LINE.matcher(line);
            if (begin.matches()) {
                inside = true;
                sealed.clear();
                sealed.addAll(List.of(begin.group(1).strip().split(" ", -1)));
            } else if (line.equals(END)) {
                inside = false;
            } else if (inside && !line.isEmpty() && !sealed.remove(ResolverEntry.seal(line))) {
                foreign.add(line);
            }
        }
        return foreign;
    }

    /** Returns the sessions by their labels and ids; where two have the same label, it is the first one's. */
    Map<String, ResolverEntry> byName() {
        Map<String, ResolverEntry> byName = new LinkedHashMap<>();
        entries.forEach(entry -> byName.putIfAbsent(entry.names().label(), entry));
        entries.forEach(entry -> byName.putIfAbsent(entry.names().session(), entry));
        return byName;
    }

    /** The rest with the lines set aside that rotate; what else they say is said again behind. */
    private String aside(List<String> tail) {
        StringBuilder out = new StringBuilder();
        for (String line : lines(rest)) {
            List<String> words = Directives.words(line);
            if (!words.isEmpty() && words.getFirst().equals("options") && words.contains("rotate")) {
                out.append(ASIDE);
                List<String> others =
                        words.stream().filter(word -> !word.equals("rotate")).toList();
                if (others.size() > 1) {
                    tail.add(String.join(" ", others));
                }
            }
            out.append(line);
        }
        return out.toString();
    }

    private static String piece(List<String> lines, boolean ourBreak) {
        StringBuilder piece = new StringBuilder(BEGIN);
        lines.forEach(line -> piece.append(' ').append(ResolverEntry.seal(line)));
        piece.append(DO_NOT_EDIT).append(ourBreak ? OUR_BREAK : "").append('\n');
        lines.forEach(line -> piece.append(line).append('\n'));
        return piece.append(END).append('\n').toString();
    }

    /** The lines of a text, each with its break. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start) + 1;
            end = end == 0 ? text.length() : end;
            lines.add(text.substring(start, end));
            start = end;
        }
        return lines;
    }
}
