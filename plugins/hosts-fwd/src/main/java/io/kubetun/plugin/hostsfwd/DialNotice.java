package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.DialException;
import java.time.Duration;
import java.util.Optional;

/**
 * Says when a port stops answering, why, and when it answers again: the first time, not for each connection, and at
 * most once in {@link #QUIET}. Safe for use by several threads.
 */
final class DialNotice implements PortForward.FailureNotice {
    static final Duration QUIET = Duration.ofSeconds(1);

    private final Notices notices;
    private final String label;
    private volatile Optional<DialException.Reason> told = Optional.empty();
    private long toldAt = System.nanoTime() - QUIET.toNanos();

    /**
     * Makes a notice.
     *
     * @param notices where it is said
     * @param label the port, for people
     */
    DialNotice(Notices notices, String label) {
        this.notices = notices;
        this.label = label;
    }

    @Override
    public void succeeded() {
        if (told.isPresent()) {
            tell(Optional.empty(), label + " answers again.");
        }
    }

    @Override
    public void failed(Throwable cause) {
        Optional<DialException.Reason> reason =
                Optional.of(cause instanceof DialException failure ? failure.reason() : DialException.Reason.RESET);
        if (!told.equals(reason)) {
            tell(reason, label + " does not answer: " + cause.getMessage());
        }
    }

    private synchronized void tell(Optional<DialException.Reason> now, String line) {
        if (!told.equals(now) && System.nanoTime() - toldAt >= QUIET.toNanos()) {
            told = now;
            toldAt = System.nanoTime();
            notices.always(line);
        }
    }
}
