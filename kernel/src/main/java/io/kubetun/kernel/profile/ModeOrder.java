package io.kubetun.kernel.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts modes in the order in which they are written, which the parsed tree does not keep: by the first place where the
 * name is a key. Modes that the text does not have keep their order, at the end.
 */
final class ModeOrder {
    private static final Pattern COMMENT = Pattern.compile("(?m)(#|(?<!:)//).*$");

    private ModeOrder() {}

    static List<String> sort(Collection<String> modes, String text) {
        String code = COMMENT.matcher(text).replaceAll("");
        record Placed(String mode, int place) {}
        List<Placed> placed = new ArrayList<>();
        for (String mode : modes) {
            Matcher key = Pattern.compile(
                            "(?<![\\w.-])(kubetun\\.)?(modes\\.)?\"?" + Pattern.quote(mode) + "\"?\\s*[.{=:+]")
                    .matcher(code);
            placed.add(new Placed(mode, key.find() ? key.start() : Integer.MAX_VALUE));
        }
        placed.sort((one, other) -> Integer.compare(one.place(), other.place()));
        return placed.stream().map(Placed::mode).toList();
    }
}
