package io.kubetun.kernel.plugin;

import java.lang.reflect.InvocationTargetException;
import java.util.ServiceConfigurationError;

/** Words for what a plugin threw. */
final class Failure {
    /** Of a foreign message, so much is shown, in characters; the rest is cut off. */
    private static final int MAX_MESSAGE = 300;

    private Failure() {}

    /** Names the exception and its message, in one line. Running out of memory is no fault of a plugin and goes on. */
    static String describe(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError outOfMemory) {
            throw outOfMemory;
        }
        Throwable cause = thrown;
        while ((cause instanceof ServiceConfigurationError || cause instanceof InvocationTargetException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + oneLine(cause.getMessage());
    }

    static String oneLine(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "…";
    }
}
