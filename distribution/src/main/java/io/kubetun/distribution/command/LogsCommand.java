package io.kubetun.distribution.command;

import io.kubetun.distribution.logging.LogFiles;
import io.kubetun.distribution.logging.LogReader;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun logs [-f] [ID]}: what the background kernel has logged, of one session or of all. */
final class LogsCommand implements Callable<Integer> {
    /** Lines that {@code --tail} can ask for. */
    private static final int MAX_TAIL = 100_000;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec follow = OptionSpec.builder("-f", "--follow")
            .type(boolean.class)
            .description("Go on with what is logged from now on, until Ctrl-C.")
            .build();
    private final OptionSpec tail = OptionSpec.builder("--tail")
            .type(Integer.class)
            .arity("1")
            .paramLabel("N")
            .description("Of what is there, only the last lines, at most " + MAX_TAIL + ". Default: all.")
            .build();
    private final PositionalParamSpec session = PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .paramLabel("ID")
            .description("Only lines about this session.")
            .build();
    private final PrintStream out = System.out;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private boolean caughtUp;
    private boolean matches;
    private boolean any;

    LogsCommand() {
        spec.usageMessage().description("Prints the log of the background kernel.");
        spec.addOption(follow);
        spec.addOption(tail);
        spec.addPositional(session);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        LogFiles files = LogFiles.of(KernelSettings.ofUser().stateHome());
        boolean on = Boolean.TRUE.equals(follow.getValue());
        try {
            if (on) {
                Files.createDirectories(files.folder());
                new LogReader(files, this::take).follow(this::catchUp);
                return 0;
            }
            new LogReader(files, this::take).read();
            catchUp();
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot read the log in " + files.folder(),
                    e.toString(),
                    "See who owns it: ls -la " + files.folder(),
                    e);
        }
        if (!any) {
            String id = session.getValue();
            System.err.println(
                    id == null
                            ? "Nothing is logged yet in " + files.current() + "."
                            : "Nothing is logged about session " + id + ". See the sessions: kubetun status");
        }
        return 0;
    }

    private boolean take(String line) {
        String id = session.getValue();
        // The second and later lines of an entry are indented and belong to its first.
        if (!line.startsWith(" ") && !line.startsWith("\t")) {
            matches = id == null || isAbout(line, id);
        }
        if (!matches) {
            return true;
        }
        any = true;
        Integer lines = tail.getValue();
        if (caughtUp || lines == null) {
            out.println(line);
            return !out.checkError();
        }
        last.add(line);
        if (last.size() > Math.clamp(lines, 0, MAX_TAIL)) {
            last.poll();
        }
        return true;
    }

    private void catchUp() {
        caughtUp = true;
        last.forEach(out::println);
        last.clear();
    }

    /** A line is: time, level, and the id in brackets if it is about a session. */
    private static boolean isAbout(String line, String id) {
        String[] words = line.split(" ", 4);
        return words.length > 2 && words[2].equals("[" + id + "]");
    }
}
