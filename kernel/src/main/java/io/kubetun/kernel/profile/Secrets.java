package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.regex.Pattern;

/** Shows values to people, those of secret keys never. */
final class Secrets {
    /** What is shown of a hidden value. */
    static final String HIDDEN = "***";
    /** Of a wrong value, so much is shown, in characters. */
    private static final int MAX_SHOWN = 60;

    private static final Pattern SECRET_KEY = Pattern.compile("(.*-)?(token|password)");
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s\"]+(?=@)");

    private Secrets() {}

    static boolean isSecret(String key) {
        return SECRET_KEY.matcher(key).matches();
    }

    /** The value in one line, as a profile would say it; the user and password of a URL are hidden as well. */
    static String render(String key, ConfigValue value) {
        return isSecret(key)
                ? '"' + HIDDEN + '"'
                : USER_INFO.matcher(value.render(ConfigRenderOptions.concise())).replaceAll(HIDDEN);
    }

    /** For a message about a wrong value: blocks and lists, which may be large, are only named. */
    static String shown(String key, ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "a block";
            case LIST -> "a list";
            case NULL -> "nothing";
            case STRING, NUMBER, BOOLEAN -> {
                String text = render(key, value);
                yield "the value " + (text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…");
            }
        };
    }
}
