package io.kubetun.kernel.journal;

import java.io.IOException;
import java.util.Map;

/**
 * The steps of making changes and taking them back. A test names one of them, by {@value #VARIABLE}, and there this
 * process ends by SIGKILL, as by a loss of power; CONTRIBUTING.md says how. Steps are counted for each journal. For one
 * thread at a time.
 */
final class KillPoint {
    /** {@code count} to print each step, {@code kernel:N} or {@code helper:N} to end at the Nth; else nothing. */
    static final String VARIABLE = "KUBETUN_KILL_AT";

    private static final String COUNT = "count";

    private final String process;
    private final String wanted;
    private int steps;

    private KillPoint(String process, String wanted) {
        this.process = process;
        this.wanted = wanted;
    }

    /** The steps of a process, as its environment wants them. */
    static KillPoint of(String process, Map<String, String> environment) {
        return new KillPoint(process, environment.getOrDefault(VARIABLE, ""));
    }

    /** Comes to the next step, and perhaps no further. */
    void step(String what) {
        if (wanted.isEmpty()) {
            return;
        }
        steps++;
        if (wanted.equals(COUNT)) {
            System.err.println("kill point " + process + ":" + steps + " " + what);
        } else if (wanted.equals(process + ":" + steps)) {
            end();
        }
    }

    /** Java can end its own process only in ways that run hooks or have another exit status. */
    private static void end() {
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -9 \"$0\"", pid)
                    .inheritIO()
                    .start()
                    .onExit()
                    .join();
            throw new IllegalStateException("still there after kill -9 " + pid);
        } catch (IOException e) {
            throw new IllegalStateException("cannot end this process", e);
        }
    }
}
