package io.kubetun.distribution.serve;

import io.kubetun.kernel.session.Session;

/** What a served session's thread is told to look at next. */
sealed interface Turn {
    /** It is to end, with this exit code. */
    record Stop(int status) implements Turn {}

    /** The profile is to be read again. */
    record Reload() implements Turn {}

    /** The session is ready. */
    record Started(Session session) implements Turn {}

    /** The session did not start. */
    record Failed(Exception why) implements Turn {}

    /** The session has the new profile, or still the old one. */
    record Reloaded(String outcome) implements Turn {}

    /** The session is in another state. */
    record Changed() implements Turn {}

    /** The session has ended by itself. */
    record Ended(String why) implements Turn {}
}
