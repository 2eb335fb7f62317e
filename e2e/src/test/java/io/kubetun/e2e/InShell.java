package io.kubetun.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same world as a program sees it that runs in a {@code kubetun shell}; each command has a shell of its own.
 *
 * @param lab what is around the shell
 * @param more of the environment that the shell is started with
 * @param options of the shell
 */
record InShell(LabWorld lab, Map<String, String> more, List<String> options) implements InLab {
    @Override
    public ProcessBuilder asUser(List<String> command, Map<String, String> environment) {
        List<String> all =
                new ArrayList<>(List.of(installation().resolve("bin/kubetun").toString(), "exec"));
        all.addAll(options);
        all.add("--");
        all.addAll(command);
        Map<String, String> both = new TreeMap<>(more);
        both.putAll(environment);
        return lab.asUser(all, both);
    }
}
