package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command of the user on a terminal of its own, where Ctrl-C can be typed: the terminal signals the whole group. */
final class Terminal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String SCRIPT = """
            import os, pty, signal, sys
            pid, terminal = pty.fork()
            if pid == 0:
                for each in (signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_DFL)
                os.execvp(sys.argv[1], sys.argv[1:])
            signal.signal(signal.SIGUSR1, lambda *_: os.write(terminal, b'\\x03'))
            while True:
                try:
                    data = os.read(terminal, 65536)
                except OSError:
                    break
                if not data: break
                os.write(1, data)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;

    private final Running running;

    Terminal(World world, Map<String, String> environment, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("python3", "-c", SCRIPT));
        all.addAll(command);
        running = new Running(world.asUser(all, environment));
    }

    void awaitLine(String text, Duration limit) throws InterruptedException {
        running.awaitLine(text, limit);
    }

    /** Types Ctrl-C and waits for the end. */
    Ended ctrlC() throws IOException, InterruptedException {
        long start = System.nanoTime();
        new Running(new ProcessBuilder("kill", "-USR1", Long.toString(running.pid()))).await(PATIENCE);
        Result result = running.await(PATIENCE);
        return new Ended(result, Duration.ofNanos(System.nanoTime() - start));
    }

    /** Takes the terminal away, as a closed window does; gives the processes that were on it. */
    List<ProcessHandle> hangUp() throws InterruptedException {
        // The kernel is a child of the command that happened to start it, and none of the terminal's.
        List<ProcessHandle> inside = running.descendants().stream()
                .filter(each -> !each.info().commandLine().orElse("").endsWith(" kernel"))
                .toList();
        running.kill();
        return inside;
    }

    @Override
    public void close() {
        running.close();
    }

    /**
     * How a command ended.
     *
     * @param result its exit code and output
     * @param after how long after Ctrl-C
     */
    record Ended(Result result, Duration after) {}
}
