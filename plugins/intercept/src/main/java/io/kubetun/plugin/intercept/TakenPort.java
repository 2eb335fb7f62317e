package io.kubetun.plugin.intercept;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port that is taken, and where it goes.
 *
 * @param remote its number or name in the pod
 * @param local where it goes, as far as it says so
 * @param protocol its transport
 */
record TakenPort(String remote, LocalDoor local, Protocol protocol) {
    /** A container port's name has at most 15 letters, digits and dashes, and a letter among them. */
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,5}|(?=[-0-9]*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?)(:([^/]*))?(/(tcp|udp))?");

    private static final int HIGHEST = 65_535;

    static TakenPort read(String text) throws KubetunException {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        Optional<LocalDoor> local = form.matches() && isPort(form.group(1))
                ? Optional.ofNullable(form.group(4)).map(LocalDoor::read).orElse(Optional.of(LocalDoor.ANY))
                : Optional.empty();
        if (local.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot take the port " + text,
                    "it is not REMOTE[:[ADDRESS:]LOCAL][/udp]",
                    "Say, for the pods' 8080 to 3000 here: -p 8080:3000; to another machine: -p 8080:192.0.2.7:3000");
        }
        return new TakenPort(form.group(1), local.get(), "udp".equals(form.group(6)) ? Protocol.UDP : Protocol.TCP);
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
