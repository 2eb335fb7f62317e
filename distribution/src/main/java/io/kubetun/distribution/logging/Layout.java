package io.kubetun.distribution.logging;

import com.typesafe.config.ConfigUtil;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** What a line of a log looks like. Every text is redacted; the second and later lines of one entry are indented. */
enum Layout {
    /** For a terminal: the time of day, and of an exception only what it says. */
    CONSOLE {
        @Override
        String text(LogEntry entry) {
            return CLOCK.format(entry.time()) + " " + plain(entry)
                    + entry.thrown()
                            .map(thrown -> " (" + Redaction.of(thrown.toString()) + ")")
                            .orElse("") + "\n";
        }
    },
    /** For a file: date and time in UTC, the stack of an exception below. */
    FILE {
        @Override
        String text(LogEntry entry) {
            return STAMP.format(entry.time()) + " " + plain(entry)
                    + entry.thrown()
                            .map(thrown -> "\n" + INDENT + indented(stack(thrown)))
                            .orElse("") + "\n";
        }
    },
    /** For a machine: one JSON object a line. */
    JSON {
        @Override
        String text(LogEntry entry) {
            StringBuilder line = new StringBuilder("{\"time\":\"")
                    .append(STAMP.format(entry.time()))
                    .append('"');
            field(line, "level", entry.level());
            field(line, "logger", entry.logger());
            entry.session().ifPresent(id -> field(line, "session", id));
            field(line, "message", Redaction.of(entry.message()));
            entry.thrown().ifPresent(thrown -> field(line, "error", stack(thrown)));
            return line.append("}\n").toString();
        }
    };

    private static final String INDENT = "    ";
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** The text of an entry, with its line break. */
    abstract String text(LogEntry entry);

    /** For a handler of the JDK that writes where it is called. */
    Formatter formatter() {
        return new Formatter() {
            @Override
            public String format(LogRecord logged) {
                return text(LogEntry.of(logged));
            }
        };
    }

    private static String plain(LogEntry entry) {
        return entry.level()
                + entry.session().map(id -> " [" + id + "]").orElse("")
                + " " + entry.logger() + ": " + indented(Redaction.of(entry.message()));
    }

    private static String indented(String text) {
        return text.strip().replace("\r", "").replace("\n", "\n" + INDENT);
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return Redaction.of(text.toString()).strip();
    }

    private static void field(StringBuilder line, String name, String value) {
        line.append(",\"").append(name).append("\":").append(ConfigUtil.quoteString(value));
    }
}
