package io.kubetun.distribution.command;

import io.kubetun.host.hosts.HostsPurge;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --purge} of a mode that writes a hosts file: takes away the blocks of all kubetuns for good, and
 * ends. */
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
        HostJournal journal = HostJournal.current();
        journal.repair();
        HostsPurge purge = HostsPurge.of(file);
        if (purge.owners().isEmpty()) {
            System.err.println("No kubetun has a block in " + file + ".");
            return;
        }
        String session = "purge-" + ProcessHandle.current().pid();
        try (EventBus events = new EventBus()) {
            JournaledEffects effects = JournaledEffects.ofSession(session, journal.folder(), events);
            try {
                effects.apply(purge);
                effects.keep(purge);
            } finally {
                effects.undoAll();
            }
        }
        System.err.println("Taken out of " + file + ": the blocks of " + String.join(", ", purge.owners()) + ".");
    }
}
