package io.kubetun.plugin.dns;

import java.time.Duration;

/**
 * What bounds the mode.
 *
 * @param questions questions that wait for their answers at the same time; of more each is answered SERVFAIL at once
 * @param forwarded of these, how many different ones may be on their way to other name servers
 * @param connections TCP connections at the same time; of more each is closed at once
 * @param pipelined questions of one TCP connection that wait at the same time; no more are read meanwhile
 * @param idle after which a TCP connection without a word is closed
 * @param attempt how long another name server may take before the next one is asked
 * @param patience how long all of them together may take
 */
record Limits(
        int questions,
        int forwarded,
        int connections,
        int pipelined,
        Duration idle,
        Duration attempt,
        Duration patience) {
    static final Limits DEFAULT =
            new Limits(1024, 256, 128, 16, Duration.ofSeconds(10), Duration.ofMillis(1500), Duration.ofMillis(4500));
}
