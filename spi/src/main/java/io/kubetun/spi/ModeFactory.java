package io.kubetun.spi;

import com.typesafe.config.Config;

/** Describes a mode and makes one for a session. Stateless and safe for use by several threads. */
public interface ModeFactory {
    /**
     * Describes the mode: the source of its command, help, completion and part of the profile's schema.
     *
     * @return the same description at each call
     */
    ModeDescriptor descriptor();

    /**
     * Makes a mode. Nothing is opened or changed yet.
     *
     * @param context the session it will run in
     * @param options its options: each key of the descriptor that has a value or a default, checked by its type
     * @return the mode, not started
     * @throws KubetunException if options contradict each other
     */
    Mode create(SessionContext context, Config options) throws KubetunException;
}
