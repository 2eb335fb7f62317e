package io.kubetun.e2e;

import java.io.IOException;
import java.nio.file.Path;
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
record InShell(LabWorld lab, Map<String, String> more, List<String> options) implements World {
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

    @Override
    public boolean real() {
        return lab.real();
    }

    @Override
    public Path home() {
        return lab.home();
    }

    @Override
    public Path runtimeFolder() {
        return lab.runtimeFolder();
    }

    @Override
    public Path installation() {
        return lab.installation();
    }

    @Override
    public void give(Path path) throws IOException, InterruptedException {
        lab.give(path);
    }

    @Override
    public String clusterIp(String service) throws IOException, InterruptedException {
        return lab.clusterIp(service);
    }

    @Override
    public String podIp(String app) throws IOException, InterruptedException {
        return lab.podIp(app);
    }

    /** Nothing: each command ends its shell, and the lab is closed by who opened it. */
    @Override
    public void close() {}
}
