package io.kubetun.distribution.command;

import io.kubetun.host.helper.HelperServer;
import io.kubetun.host.helper.HelperSettings;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.spi.host.EffectType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The privileged helper's process, which the launcher starts under sudo. First it takes back what a helper that was
 * killed has left, then it serves one session and takes back what that did.
 */
final class HelperCommand implements Callable<Integer> {
    static final Path JOURNAL = Path.of("/var/lib/kubetun/journal");
    private static final Path BACKUPS = Path.of("/var/lib/kubetun");

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec socket = required("--socket", Path.class, "Where to listen.");
    private final OptionSpec uid = required("--uid", Integer.class, "The only user to serve.");
    private final OptionSpec hosts = OptionSpec.builder("--hosts-path")
            .type(Path.class)
            .arity("1")
            .defaultValue("/etc/hosts")
            .description("The only hosts file to change.")
            .build();

    HelperCommand() {
        spec.usageMessage().hidden(true).description("Makes the changes that need root, for one session of one user.");
        spec.addOption(socket);
        spec.addOption(uid);
        spec.addOption(hosts);
    }

    private static OptionSpec required(String name, Class<?> type, String description) {
        return OptionSpec.builder(name)
                .type(type)
                .arity("1")
                .required(true)
                .description(description)
                .build();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        Path listen = socket.getValue();
        int user = uid.getValue();
        Path file = hosts.getValue();
        List<EffectType> types = new ArrayList<>();
        ServiceLoader.load(HelperCommand.class.getModule().getLayer(), EffectType.class)
                .forEach(types::add);
        Repair.Report repaired = new Repair(JOURNAL, types).run();
        repaired.undone()
                .forEach(change -> System.err.println("Taken back from an earlier session: " + change.preview()));
        repaired.problems().forEach(problem -> System.err.println("Left by an earlier session: " + problem));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        String session = "helper-" + ProcessHandle.current().pid();
        try (EventBus events = new EventBus();
                HelperServer server = new HelperServer(
                        new HelperSettings(listen, user, file, BACKUPS),
                        JournaledEffects.ofHelper(session, JOURNAL, events))) {
            Runnable stop = server::close;
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                stop.run();
                ended.join();
            }));
            server.run();
        } finally {
            ended.complete(null);
        }
        return 0;
    }
}
