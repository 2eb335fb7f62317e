package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * curl as a user of a world has it.
 *
 * @param world where
 * @param way its arguments that say how to get there
 */
record Curl(World world, List<String> way) {
    /** What it prints; it must succeed. */
    String get(String... arguments) throws IOException, InterruptedException {
        return world.sure(command(arguments));
    }

    Result attempt(String... arguments) throws IOException, InterruptedException {
        return world.run(command(arguments));
    }

    private String[] command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
        command.addAll(way);
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }
}
