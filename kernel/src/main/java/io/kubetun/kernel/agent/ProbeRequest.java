package io.kubetun.kernel.agent;

import java.util.List;
import java.util.Locale;

/** What the beginning of a connection is. */
enum ProbeRequest {
    /** The kubelet asks for one of the paths. */
    PROBE,
    /** It is something else. */
    OTHER,
    /** It cannot be said yet. */
    UNKNOWN;

    private static final int MAX_HEAD = 8 << 10;
    private static final String METHOD = "GET ";
    private static final String AGENT = "user-agent:";
    private static final String KUBELET = "kube-probe/";

    /**
     * Looks at it.
     *
     * @param head what has come so far, as ISO-8859-1
     * @param paths that probes ask for
     */
    static ProbeRequest in(CharSequence head, List<String> paths) {
        String text = head.toString();
        if (!METHOD.startsWith(text.substring(0, Math.min(text.length(), METHOD.length())))) {
            return OTHER;
        }
        int firstEnd = text.indexOf('\n');
        if (firstEnd >= 0 && !asks(text.substring(0, firstEnd).stripTrailing(), paths)) {
            return OTHER;
        }
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return text.length() >= MAX_HEAD ? OTHER : UNKNOWN;
        }
        boolean kubelet = text.substring(firstEnd + 1, end)
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(AGENT))
                .anyMatch(line -> line.substring(AGENT.length()).strip().startsWith(KUBELET));
        return kubelet ? PROBE : OTHER;
    }

    private static boolean asks(String line, List<String> paths) {
        return paths.stream().anyMatch(path -> line.startsWith(METHOD + path + " HTTP/1."));
    }
}
