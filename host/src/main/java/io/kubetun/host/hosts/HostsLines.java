package io.kubetun.host.hosts;

import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Entries as the lines of a hosts file. A name that could be more than a name never gets into one. */
public final class HostsLines {
    /** Longer lines are split over several of the same address: musl reads 512 bytes of a line. */
    private static final int MAX_LINE = 400;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?");

    private HostsLines() {}

    /**
     * Says whether a text can stand in a hosts file as a name.
     *
     * @param name the text
     * @return true for letters, digits, dashes, dots and underscores, 1 to 253 of them
     */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.contains("..");
    }

    /**
     * Writes entries.
     *
     * @param entries the entries
     * @return lines without a line break: an address and its names
     * @throws IllegalArgumentException if a name is not one
     */
    public static List<String> of(List<HostsEntry> entries) {
        List<String> lines = new ArrayList<>();
        for (HostsEntry entry : entries) {
            StringBuilder line = new StringBuilder();
            for (String name : entry.names()) {
                if (!isName(name)) {
                    throw new IllegalArgumentException("not a host name: " + name.replaceAll("\\p{Cntrl}", "?"));
                }
                if (line.length() + name.length() > MAX_LINE) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.isEmpty() ? literal(entry.address()) : "")
                        .append(' ')
                        .append(name);
            }
            lines.add(line.toString());
        }
        return List.copyOf(lines);
    }

    /**
     * Reads a line that {@link #of} wrote.
     *
     * @param line an address and names, one blank between them
     * @return the entry
     * @throws IllegalArgumentException if it is none; no name is ever looked up
     */
    public static HostsEntry parse(String line) {
        String[] words = line.split(" ", -1);
        List<String> names = List.of(words).subList(1, words.length);
        for (String name : names) {
            if (!isName(name)) {
                throw new IllegalArgumentException("not a host name: " + name.replaceAll("\\p{Cntrl}", "?"));
            }
        }
        return new HostsEntry(InetAddress.ofLiteral(words[0]), names);
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }
}
