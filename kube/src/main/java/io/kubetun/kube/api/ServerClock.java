package io.kubetun.kube.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The API server's clock, as its answers tell it: times that several machines write are compared, and laptops' clocks
 * differ. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1">RFC 9110: Date</a>
 */
public final class ServerClock {
    private final InstantSource clock;
    private volatile Duration ahead = Duration.ZERO;

    /**
     * Makes one that goes as this machine's until an answer was heard.
     *
     * @param clock this machine's
     */
    public ServerClock(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Learns from an answer.
     *
     * @param response any of the server's
     */
    public void learn(ApiResponse response) {
        Optional<String> date = response.header("date");
        try {
            if (date.isPresent()) {
                Instant theirs = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get()));
                ahead = Duration.between(clock.instant(), theirs);
            }
        } catch (DateTimeException e) {
            ahead = Duration.ZERO;
        }
    }

    /**
     * Returns the time there.
     *
     * @return now
     */
    public Instant now() {
        return clock.instant().plus(ahead);
    }
}
