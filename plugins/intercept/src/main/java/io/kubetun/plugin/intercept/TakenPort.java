package io.kubetun.plugin.intercept;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port that is taken, and where it goes.
 *
 * @param remote its number or name in the pod
 * @param local the port here; empty for the same number
 * @param protocol its transport
 */
record TakenPort(String remote, OptionalInt local, Protocol protocol) {
    /** A container port's name has at most 15 letters, digits and dashes, and a letter among them. */
    private static final Pattern FORM = Pattern.compile(
            "([0-9]{1,5}|(?=[-0-9]*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?)(:([0-9]{1,5}))?(/(tcp|udp))?");

    private static final int HIGHEST = 65_535;

    static TakenPort read(String text) throws KubetunException {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches() || !isPort(form.group(1)) || (form.group(4) != null && !isPort(form.group(4)))) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot take the port " + text,
                    "it is not REMOTE[:LOCAL][/udp]",
                    "Say, for the pods' 8080 to 3000 here: -p 8080:3000");
        }
        return new TakenPort(
                form.group(1),
                form.group(4) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(form.group(4))),
                "udp".equals(form.group(6)) ? Protocol.UDP : Protocol.TCP);
    }

    private static boolean isPort(String text) {
        if (!Character.isDigit(text.charAt(0)) || !text.chars().allMatch(Character::isDigit)) {
            return true;
        }
        int number = Integer.parseInt(text);
        return number >= 1 && number <= HIGHEST;
    }

    InterceptRequest.Port asked() {
        return new InterceptRequest.Port(remote, protocol);
    }
}
