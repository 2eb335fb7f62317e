package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.host.hosts.HostsPurge;
import io.kubetun.host.resolver.SystemResolver;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code kubetun repair}: takes back what dead sessions left. Under sudo the launcher runs it twice: as root, for what
 * the helper did, and as the user, who gets root's report on standard input and prints both.
 */
final class RepairCommand implements Callable<Integer> {
    /** Somebody waits for it: a cluster may be far, and its login program slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Path HOSTS = Path.of("/etc/hosts");
    private static final Path SOCKETS = Path.of("/proc/net/udp");

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OutputOption output = new OutputOption(spec);
    private final Kernels kernels;
    private final OptionSpec dryRun = OptionSpec.builder("--dry-run")
            .type(boolean.class)
            .description("Only say what would be taken back.")
            .build();
    private final OptionSpec ofRoot = hidden("--part-of-root");
    private final OptionSpec withRoot = hidden("--with-part-of-root");

    RepairCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage()
                .description(
                        "Takes back what sessions left that were killed; living sessions are left alone.",
                        "By sudo also what needed root: sudo kubetun repair. Each start does the same by itself.");
        spec.addOption(dryRun);
        spec.addOption(ofRoot);
        spec.addOption(withRoot);
    }

    private static OptionSpec hidden(String name) {
        return OptionSpec.builder(name).type(boolean.class).hidden(true).build();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException, IOException {
        Format format = output.format();
        if (given(ofRoot)) {
            System.out.println(Format.JSON.render(RepairOutput.document(repair(HostJournal.OF_ROOT))));
            return 0;
        }
        RepairOutput all = new RepairOutput(given(dryRun));
        if (given(withRoot)) {
            all.add(RepairOutput.read(new String(System.in.readAllBytes(), StandardCharsets.UTF_8)));
        }
        if (ThisUser.isRoot()) {
            all.add(repair(HostJournal.OF_ROOT));
        }
        all.add(repair(HostJournal.ofUser()));
        Optional<String> root = given(withRoot) ? Optional.empty() : leftForRoot();
        System.out.println(all.render(format, root));
        return all.status();
    }

    private RepairReport repair(HostJournal journal) {
        return given(dryRun) ? journal.look().plan() : journal.look().run(PATIENCE);
    }

    private static boolean given(OptionSpec flag) {
        return Boolean.TRUE.equals(flag.getValue());
    }

    /** What only root may look into is seen by its traces: names of sessions that do not live. */
    private Optional<String> leftForRoot() {
        if (Files.isReadable(HostJournal.OF_ROOT.folder())) {
            return Optional.empty();
        }
        List<String> left = new ArrayList<>();
        ofHosts().ifPresent(left::add);
        List<String> dead = SystemResolver.dead(SystemResolver.FILE, SOCKETS);
        if (!dead.isEmpty()) {
            left.add(SystemResolver.FILE + " asks for names of sessions that are dead: " + String.join(", ", dead)
                    + ".");
        }
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join(" ", left) + " Look as root: sudo kubetun repair");
    }

    private Optional<String> ofHosts() {
        if (!Files.isReadable(HOSTS)) {
            return Optional.empty();
        }
        try {
            Set<String> owners = new TreeSet<>(HostsPurge.of(HOSTS).owners());
            kernels.status().stream().map(SessionStatus::id).forEach(owners::remove);
            return owners.isEmpty()
                    ? Optional.empty()
                    : Optional.of(HOSTS + " has names of sessions that are not yours, or are dead: "
                            + String.join(", ", owners) + ".");
        } catch (KubetunException unknown) {
            return Optional.empty();
        }
    }
}
