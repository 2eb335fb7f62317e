package io.kubetun.host.loopback;

import java.util.Locale;

/** How the loopback device of an operating system takes addresses. */
public enum Loopback {
    /** All of 127.0.0.0/8 works (Linux). */
    WHOLE_NETWORK,
    /** Only 127.0.0.1 works by itself (macOS). */
    ALIASES;

    /**
     * Returns this machine's.
     *
     * @return by the name of its operating system
     */
    public static Loopback ofThisMachine() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return system.startsWith("mac") ? ALIASES : WHOLE_NETWORK;
    }

    /**
     * Says whether an address other than 127.0.0.1 has to be added first.
     *
     * @return true if so
     */
    public boolean needsAliases() {
        return this == ALIASES;
    }
}
