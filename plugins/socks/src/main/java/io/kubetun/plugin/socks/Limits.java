package io.kubetun.plugin.socks;

import java.time.Duration;

/**
 * What bounds the clients that have no flow yet. Those that have one are bounded by the session.
 *
 * @param handshakes how many may be before their request is complete; a further one makes the oldest of them go
 * @param handshakeTime how long one may take to send its request; it is closed then
 * @param earlyBytes how many bytes after the request are kept while the target is dialled; the client is not read
 *     any further then, until the flow is open
 * @param lingerTime how long a refused client has to read the reason and go; it is closed then
 */
record Limits(int handshakes, Duration handshakeTime, int earlyBytes, Duration lingerTime) {
    static final Limits DEFAULT = new Limits(1024, Duration.ofSeconds(10), 64 * 1024, Duration.ofSeconds(1));
}
