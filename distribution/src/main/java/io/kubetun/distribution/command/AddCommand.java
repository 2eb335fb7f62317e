package io.kubetun.distribution.command;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.profile.Overrides;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun add ID MODE [{options}]}: one more mode for a living session. */
final class AddCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Kernels kernels;
    private final Sessions sessions;
    private final ModeWords words;

    AddCommand(Kernels kernels, Sessions sessions) {
        this.kernels = kernels;
        this.sessions = sessions;
        spec.usageMessage().description("Adds a mode to a running session; the rest of it goes on.");
        words = new ModeWords(
                spec,
                "2..3",
                "The session's id, the mode's name, and its options as in a profile: add 1a2b socks '{ listen-socks = \"127.0.0.1:1081\" }'");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        String mode = words.mode();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("modes." + mode, Map.of());
        if (words.options().isPresent()) {
            parse(words.options().get())
                    .entrySet()
                    .forEach(entry -> values.put(
                            "modes." + mode + "." + entry.getKey(),
                            entry.getValue().unwrapped()));
        }
        Config options = sessions.profiles()
                .adHoc(words.session(), new Overrides(values))
                .modes()
                .get(mode);
        Kernels.Found found = kernels.find(words.session());
        found.kernel().add(found.session().id(), mode, options);
        System.err.println("Session " + found.session().id() + " has now also " + mode + ".");
        return 0;
    }

    private static Config parse(String options) throws KubetunException {
        try {
            return ConfigFactory.parseString(options);
        } catch (ConfigException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot read the options " + options,
                    String.valueOf(e.getMessage()),
                    "Write them as in a profile: '{ key = value }'",
                    e);
        }
    }
}
