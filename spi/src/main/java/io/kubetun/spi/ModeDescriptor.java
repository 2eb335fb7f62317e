package io.kubetun.spi;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that kubetun must know of a mode to offer it: its subcommand, options, help, completion, its part of the
 * profile's JSON schema, and what it needs.
 *
 * @param name its key under {@code modes} in a profile, such as {@code hosts-fwd}
 * @param command the subcommand that starts a session of this mode alone, such as {@code forward}
 * @param summary one line for help
 * @param options what can be set
 * @param needs what must be there
 * @param permissions what the user must be allowed in the cluster
 */
public record ModeDescriptor(
        String name,
        String command,
        String summary,
        List<Option> options,
        Set<Need> needs,
        List<Permission> permissions) {
    /** Checks names and takes copies. */
    public ModeDescriptor {
        requireName(name);
        requireName(command);
        options = List.copyOf(options);
        permissions = List.copyOf(permissions);
        needs = needs.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(needs));
        Set<String> seen = new HashSet<>();
        for (Option option : options) {
            if (!seen.add(option.key())) {
                throw new IllegalArgumentException("mode " + name + " has two options " + option.key());
            }
            for (String flag : option.flags()) {
                if (!seen.add(flag)) {
                    throw new IllegalArgumentException("mode " + name + " has two flags " + flag);
                }
            }
        }
    }

    /**
     * Describes a mode that only dials: its user needs {@link Permission#TO_DIAL}.
     *
     * @param name its key under {@code modes} in a profile
     * @param command the subcommand that starts a session of this mode alone
     * @param summary one line for help
     * @param options what can be set
     * @param needs what must be there
     */
    public ModeDescriptor(String name, String command, String summary, List<Option> options, Set<Need> needs) {
        this(name, command, summary, options, needs, Permission.TO_DIAL);
    }

    /** What a mode needs besides a cluster. */
    public enum Need {
        /** Changes that only root may make on most machines; the helper makes them. */
        ROOT,
        /** A gateway in the cluster. */
        GATEWAY,
        /** A Docker daemon. */
        DOCKER
    }

    /** The type of an option's value. */
    public enum Type {
        /** Any text. */
        TEXT,
        /** A whole number. */
        NUMBER,
        /** true or false; on the command line its presence is true. */
        FLAG,
        /** A span of time, such as {@code 500ms} or {@code 10s}. */
        DURATION,
        /** An address to listen on, {@code host:port}. */
        ADDRESS,
        /** A path of a file. */
        FILE,
        /** A list of texts; on the command line separated by commas or repeated. */
        LIST
    }

    /**
     * One option.
     *
     * @param key its key in a profile, lower case with dashes
     * @param flags its spellings on the command line, such as {@code --listen-socks} and {@code -l}
     * @param type the type of its value
     * @param defaultValue the value when nothing is said, as it would be written in a profile
     * @param help one line
     */
    public record Option(String key, List<String> flags, Type type, Optional<String> defaultValue, String help) {
        /** Checks the key and flags. */
        public Option {
            requireName(key);
            flags = List.copyOf(flags);
            for (String flag : flags) {
                if (!flag.matches("-[a-zA-Z]|--[a-z][a-z0-9-]*")) {
                    throw new IllegalArgumentException("not a flag: " + flag);
                }
            }
        }

        /**
         * An option without a default.
         *
         * @param key its key in a profile
         * @param type the type of its value
         * @param help one line
         * @param flags its spellings on the command line
         * @return the option
         */
        public static Option of(String key, Type type, String help, String... flags) {
            return new Option(key, List.of(flags), type, Optional.empty(), help);
        }

        /**
         * The same option with a default.
         *
         * @param value as it would be written in a profile
         * @return a new option
         */
        public Option orElse(String value) {
            return new Option(key, flags, type, Optional.of(value), help);
        }
    }

    private static void requireName(String name) {
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException("not a name of lower-case letters, digits and dashes: " + name);
        }
    }
}
