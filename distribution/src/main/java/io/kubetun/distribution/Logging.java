package io.kubetun.distribution;

import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Logging to stderr: warnings by default, more with {@code --verbose} or {@code LOG_LEVEL}. */
final class Logging {
    private Logging() {}

    static void configure(boolean verbose, String wanted) {
        Level level = level(verbose, wanted);
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setFormatter(new Line());
        console.setLevel(level);
        root.addHandler(console);
        root.setLevel(Level.WARNING);
        KUBETUN.setLevel(level);
    }

    // JUL holds loggers weakly: without this reference the level would be forgotten.
    private static final Logger KUBETUN = Logger.getLogger("io.kubetun");

    private static Level level(boolean verbose, String wanted) {
        String name = wanted == null ? "" : wanted.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "trace" -> Level.FINEST;
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "error" -> Level.SEVERE;
            default -> verbose ? Level.FINE : Level.WARNING;
        };
    }

    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord entry) {
            String source = entry.getLoggerName();
            String name = source == null ? "" : source.substring(source.lastIndexOf('.') + 1);
            Throwable thrown = entry.getThrown();
            return "%tT.%<tL %s %s: %s%s%n"
                    .formatted(
                            entry.getMillis(),
                            entry.getLevel().getName().toLowerCase(Locale.ROOT),
                            name,
                            formatMessage(entry),
                            thrown == null ? "" : " (" + thrown + ")");
        }
    }
}
