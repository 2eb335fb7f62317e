package io.kubetun.kernel.control;

import java.util.Map;

/** The lines that answer one request. Safe for use by several threads; nothing blocks. */
interface Replies {
    /** Sends a line that is not the last. Where the other side does not read, it is dropped. */
    void send(Map<String, Object> line);

    /** Sends the last line and closes. */
    void end(Map<String, Object> line);

    /** Runs {@code action}, which must not block, when the other side has closed; at once if it already has. */
    void onGone(Runnable action);
}
