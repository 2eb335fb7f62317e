package io.kubetun.distribution.command;

import io.kubetun.host.hosts.HostsFile;
import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --purge} of a mode that writes a hosts file: takes away the blocks of all kubetuns, and ends. */
final class Purge {
    private static final String HOSTS_PATH = "--hosts-path";

    private final OptionSpec flag = OptionSpec.builder("--purge")
            .type(boolean.class)
            .description("Take the blocks of all kubetuns, living or dead, out of the hosts file, and end.")
            .build();
    private final CommandSpec spec;

    /** Adds the flag to a command that can be told which hosts file it writes. */
    Purge(CommandSpec spec) {
        this.spec = spec;
        spec.addOption(flag);
    }

    static boolean fits(CommandSpec spec) {
        return spec.findOption(HOSTS_PATH) != null;
    }

    boolean wanted() {
        return Boolean.TRUE.equals(flag.getValue());
    }

    void run() throws KubetunException {
        String path = spec.findOption(HOSTS_PATH).getValue();
        Path file = Path.of(path == null ? "/etc/hosts" : path);
        Set<String> owners = new HostsFile(file).purge();
        System.err.println(
                owners.isEmpty()
                        ? "No kubetun has a block in " + file + "."
                        : "Taken out of " + file + ": the blocks of " + String.join(", ", owners) + ".");
    }
}
