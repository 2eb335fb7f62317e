package io.kubetun.distribution.logging;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes out of a text what nobody but its owner may know: tokens, passwords, private keys, the data of a kubeconfig. It
 * is the last line of defence, for texts that others wrote; what kubetun itself says names no secret. All patterns are
 * linear in the length of the text.
 */
final class Redaction {
    /** What stands in the place of a secret. */
    static final String HIDDEN = "***";

    /** Characters of a text that are kept; more is cut before it is looked at. */
    static final int MAX_LENGTH = 16 * 1024;

    /** The first group is kept. */
    private static final List<Pattern> SECRETS = List.of(
            // A block of PEM, also one that was cut short, and with its line breaks written as \n.
            Pattern.compile("(-----BEGIN [A-Z0-9 ]{1,40}-----)[^-]*+(?:-----END [A-Z0-9 ]{1,40}-----)?"),
            Pattern.compile("(?i)(\\b(?:authorization|cookie|set-cookie)\"? ?[:=] ?)[^\\r\\n]++"),
            Pattern.compile("(?i)(\\b(?:bearer|basic) )[A-Za-z0-9._~+/=-]{6,}+"),
            // A JSON web token, wherever it stands.
            Pattern.compile("()\\beyJ[A-Za-z0-9_-]{5,}+\\.[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]*+)?"),
            Pattern.compile("()\\bsha256~[A-Za-z0-9_-]{10,}+"),
            // key: value, key=value, "key": "value", of keys that end in a word for a secret.
            Pattern.compile("(?i)((?:token|password|passwd|secret|(?:api|private|client|access)[-_.]?key)(?:-data)?"
                    + "[\"']? ?[:=] ?)(?:\"(?:[^\"\\\\]|\\\\.)*+\"?|'[^']*+'?|[^\\s,;&)}\\]]++)"),
            Pattern.compile(
                    "(?i)((?:client-certificate|certificate-authority|client-key)-data\"? ?[:=] ?)\"?[^\\s,\"}]++"),
            Pattern.compile("(://)[^/@\\s\"]{1,500}+(?=@)"));

    private Redaction() {}

    static String of(String text) {
        String shown = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
        for (Pattern secret : SECRETS) {
            shown = secret.matcher(shown).replaceAll("$1" + HIDDEN.replace("*", "\\*"));
        }
        return shown;
    }
}
