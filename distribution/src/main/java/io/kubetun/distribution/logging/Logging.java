package io.kubetun.distribution.logging;

import io.kubetun.kernel.KernelSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where this process logs to. The last call counts; nothing that is logged holds a secret. */
public final class Logging {
    // JUL holds loggers weakly: without this reference the level would be forgotten.
    private static final Logger KUBETUN = Logger.getLogger("io.kubetun");

    private Logging() {}

    /**
     * Logs to stderr for people: warnings by default, more with {@code --verbose} or {@code LOG_LEVEL}.
     *
     * @param verbose whether to log what happens
     * @param wanted the wanted level, or null
     */
    public static void configure(boolean verbose, String wanted) {
        Handler console = new ConsoleHandler();
        console.setFormatter(Layout.CONSOLE.formatter());
        install(console, level(wanted, verbose ? Level.FINE : Level.WARNING));
    }

    /**
     * Logs to the user's log of the background kernel, at level info or that of {@code LOG_LEVEL}: three files of 10 MB
     * at most, which only their user may read.
     *
     * @param settings say where the user's state is
     */
    public static void toFile(KernelSettings settings) {
        RotatingFile file = new RotatingFile(LogFiles.of(settings.stateHome()), LogFiles.MAX_BYTES);
        install(new QueuedHandler(file, Layout.FILE), level(System.getenv("LOG_LEVEL"), Level.INFO));
    }

    /** Logs to stderr, one JSON object a line, at level info or that of {@code LOG_LEVEL}. */
    public static void json() {
        install(new QueuedHandler(new StandardError(), Layout.JSON), level(System.getenv("LOG_LEVEL"), Level.INFO));
    }

    /** Waits until what was logged is written, at most 500 ms. Before the end of the process. */
    public static void flush() {
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.flush();
        }
    }

    private static void install(Handler handler, Level level) {
        Logger root = Logger.getLogger("");
        for (Handler old : root.getHandlers()) {
            root.removeHandler(old);
            old.flush();
        }
        handler.setLevel(level);
        root.addHandler(handler);
        root.setLevel(Level.WARNING);
        KUBETUN.setLevel(level);
    }

    private static Level level(String wanted, Level standard) {
        String name = wanted == null ? "" : wanted.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "trace" -> Level.FINEST;
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "error" -> Level.SEVERE;
            default -> standard;
        };
    }

    private static final class StandardError implements LineSink {
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.err);

        @Override
        public void write(byte[] line) throws IOException {
            out.write(line);
        }

        @Override
        public void close() {
            // Not ours to close.
        }
    }
}
