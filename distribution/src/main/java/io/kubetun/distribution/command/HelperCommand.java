package io.kubetun.distribution.command;

import io.kubetun.host.helper.HelperServer;
import io.kubetun.host.helper.HelperSettings;
import io.kubetun.host.namespace.ImmediateEffects;
import io.kubetun.host.namespace.OwnNetwork;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The privileged helper's process, which the launcher starts under sudo. First it takes back what a helper that was
 * killed has left, then it serves one session and takes back what that did.
 */
final class HelperCommand implements Callable<Integer> {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
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

    private final OptionSpec shell = OptionSpec.builder("--shell")
            .type(Long.class)
            .arity("1")
            .description("Serve from within a network namespace of this user, until this process ends.")
            .build();

    HelperCommand() {
        spec.usageMessage().hidden(true).description("Makes the changes that need root, for one session of one user.");
        spec.addOption(socket);
        spec.addOption(uid);
        spec.addOption(hosts);
        spec.addOption(shell);
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
        if (shell.getValue() != null) {
            Long program = shell.getValue();
            serveShell(new HelperSettings(listen, user, file, RESOLV_CONF, BACKUPS, true), program);
            return 0;
        }
        HostJournal.OF_ROOT.repair();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        String session = "helper-" + ProcessHandle.current().pid();
        try (EventBus events = new EventBus()) {
            JournaledEffects effects = JournaledEffects.ofHelper(session, HostJournal.OF_ROOT.folder(), events);
            serve(new HelperSettings(listen, user, file, RESOLV_CONF, BACKUPS), effects, ended);
            // The sessions have taken back their changes: this lets go of the journal.
            effects.undoAll();
        } finally {
            ended.complete(null);
        }
        return 0;
    }

    /** All that is done there goes with the namespace, so there is no journal. */
    private static void serveShell(HelperSettings settings, long program) throws KubetunException {
        try (OwnNetwork network = OwnNetwork.open(program);
                HelperServer server = new HelperServer(settings, new ImmediateEffects())) {
            Runnable stop = server::close;
            network.onEnd(stop);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop));
            server.run();
        }
    }

    private static void serve(HelperSettings settings, JournaledEffects effects, CompletableFuture<Void> ended)
            throws KubetunException {
        try (HelperServer server = new HelperServer(settings, effects)) {
            Runnable stop = server::close;
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                stop.run();
                ended.join();
            }));
            server.run();
        }
    }
}
