package io.kubetun.plugin.socks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** HTTP's Basic scheme (RFC 7617). */
final class BasicCredentials {
    private static final String SCHEME = "Basic ";

    private BasicCredentials() {}

    /** Says whether there is one header field and it holds the login. */
    static boolean match(Login login, List<String> fields) {
        if (fields.size() != 1 || !fields.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] pair;
        try {
            pair = Base64.getDecoder()
                    .decode(fields.getFirst().substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return false;
        }
        int colon = 0;
        while (colon < pair.length && pair[colon] != ':') {
            colon++;
        }
        return colon < pair.length
                && login.matches(
                        new Login(Arrays.copyOf(pair, colon), Arrays.copyOfRange(pair, colon + 1, pair.length)));
    }
}
