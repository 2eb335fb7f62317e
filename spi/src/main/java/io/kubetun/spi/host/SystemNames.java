package io.kubetun.spi.host;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A name server of a session that all programs of this machine are to ask.
 *
 * @param session the session's id
 * @param label the session's own domain: its names end with this where two clusters have the same domain; one label,
 *     lower case
 * @param server where it answers, at port 53: an address of loopback
 * @param domain the cluster's domain, such as {@code cluster.local}
 * @param search what short names are completed with, in this order
 */
public record SystemNames(String session, String label, InetAddress server, String domain, List<String> search) {
    /** As many as a resolver takes besides its own. */
    public static final int MAX_SEARCH = 6;

    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");

    /** Takes a copy and checks that all can stand in a resolver's configuration. */
    public SystemNames {
        search = List.copyOf(search);
        if (!session.matches("[A-Za-z0-9_-]{1,32}")) {
            throw new IllegalArgumentException("not the id of a session");
        }
        if (!isName(label)
                || label.indexOf('.') >= 0
                || !isName(domain)
                || !search.stream().allMatch(SystemNames::isName)) {
            throw new IllegalArgumentException("not a name: " + label + " " + domain + " " + search);
        }
        if (search.size() > MAX_SEARCH || !server.isLoopbackAddress()) {
            throw new IllegalArgumentException("too many names to search, or a server that is not on loopback");
        }
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
