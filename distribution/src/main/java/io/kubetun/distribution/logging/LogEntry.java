package io.kubetun.distribution.logging;

import io.kubetun.kernel.session.SessionLog;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.MDC;

/**
 * One line of a log before it is text.
 *
 * @param time when
 * @param level error, warning, info, debug or trace
 * @param logger the last part of the logger's name
 * @param session the id of the session that it is about, if it is about one
 * @param message what
 * @param thrown why
 */
record LogEntry(
        Instant time,
        String level,
        String logger,
        Optional<String> session,
        String message,
        Optional<Throwable> thrown) {
    /** Takes over what was logged, on the thread that logs: the session is known there. */
    static LogEntry of(LogRecord logged) {
        String logger = logged.getLoggerName() == null ? "" : logged.getLoggerName();
        return new LogEntry(
                logged.getInstant(),
                name(logged.getLevel()),
                logger.substring(logger.lastIndexOf('.') + 1),
                Optional.ofNullable(MDC.get(SessionLog.KEY)),
                String.valueOf(new SimpleFormatter().formatMessage(logged)),
                Optional.ofNullable(logged.getThrown()));
    }

    private static String name(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return level.getName().toLowerCase(Locale.ROOT);
        }
        if (level.intValue() >= Level.INFO.intValue()) {
            return "info";
        }
        return level.intValue() >= Level.FINE.intValue() ? "debug" : "trace";
    }
}
