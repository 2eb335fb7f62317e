package io.kubetun.host.resolver;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@code resolv.conf} says, read as glibc does: the last list to search counts, options add up.
 *
 * @param servers its name servers, all of them
 * @param search what short names are completed with
 * @param searches whether it says so at all
 * @param ndots names with so many dots are asked for as they are first
 * @see <a href="https://man7.org/linux/man-pages/man5/resolv.conf.5.html">resolv.conf(5)</a>
 */
record Directives(List<InetAddress> servers, List<String> search, boolean searches, int ndots) {
    static Directives of(String text) {
        List<InetAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        boolean searches = false;
        int ndots = 1;
        for (String line : text.split("\n", -1)) {
            List<String> words = words(line);
            if (words.size() < 2) {
                continue;
            }
            switch (words.getFirst()) {
                case "nameserver" -> add(servers, words.get(1));
                case "search" -> {
                    search = words.subList(1, words.size());
                    searches = true;
                }
                case "domain" -> {
                    search = List.of(words.get(1));
                    searches = true;
                }
                case "options" -> ndots = ndots(words, ndots);
                default -> {
                    // a comment, or a directive that does not matter here
                }
            }
        }
        return new Directives(List.copyOf(servers), List.copyOf(search), searches, ndots);
    }

    /** The words of a line, none if it is a comment. A directive starts in the first column. */
    static List<String> words(String line) {
        return line.isEmpty()
                        || Character.isWhitespace(line.charAt(0))
                        || line.charAt(0) == '#'
                        || line.charAt(0) == ';'
                ? List.of()
                : List.of(line.strip().split("[ \t]+", -1));
    }

    private static void add(List<InetAddress> servers, String text) {
        try {
            servers.add(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            // glibc leaves it out too.
        }
    }

    private static int ndots(List<String> words, int before) {
        int ndots = before;
        for (String word : words) {
            if (word.matches("ndots:\\d{1,4}")) {
                ndots = Integer.parseInt(word.substring("ndots:".length()));
            }
        }
        return ndots;
    }
}
