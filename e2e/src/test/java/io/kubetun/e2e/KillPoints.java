package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The steps of a session's changes at which it can be told to die, and a session that was told so. */
final class KillPoints {
    /** What the shell says of a process that died by SIGKILL. */
    static final int KILLED = 137;

    /** As a point, lets none die and has all printed. */
    static final String COUNT = "count";

    private static final String PRINTED = "kill point ";
    private static final String VARIABLE = "KUBETUN_KILL_AT";

    private KillPoints() {}

    /** What a session has in its environment to die at a point. */
    static Map<String, String> at(String point) {
        return Map.of(VARIABLE, point);
    }

    /** What a session that dies nowhere has printed: a line each, beginning with the point's name. */
    static List<String> printed(Result counted) {
        return counted.output()
                .lines()
                .filter(line -> line.startsWith(PRINTED))
                .map(line -> line.substring(PRINTED.length()))
                .toList();
    }

    /** The name in a line. */
    static String name(String line) {
        return line.split(" ", 2)[0];
    }

    /** Waits until a session dies or is ready, and ends what of it has not died. */
    static Result end(Running session, Duration patience) throws Exception {
        Await.until(() -> session.output().contains("Ready.") || !session.alive(), patience);
        session.terminate();
        return session.await(patience);
    }
}
