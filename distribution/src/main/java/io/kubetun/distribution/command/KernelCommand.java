package io.kubetun.distribution.command;

import io.kubetun.distribution.logging.Logging;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun kernel}: the background kernel of this user. Started by the commands that need it; ends by itself. */
final class KernelCommand implements Callable<Integer> {
    /** How long it waits for another session after the last one has ended. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Supplier<PluginRegistry> plugins;

    KernelCommand(Supplier<PluginRegistry> plugins) {
        this.plugins = plugins;
        spec.usageMessage().hidden(true).description("Hosts the sessions of this user, and ends after the last one.");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        KernelSettings settings = KernelSettings.ofUser();
        Logging.toFile(settings);
        Optional<Kernel> started = Kernel.inBackground(settings, plugins.get());
        if (started.isEmpty()) {
            System.out.println(BackgroundKernel.TAKEN);
            return 0;
        }
        try (Kernel kernel = started.get()) {
            Runnable close = kernel::close;
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(close));
            System.out.println(BackgroundKernel.READY);
            kernel.awaitIdle(GRACE);
        } finally {
            Logging.flush();
        }
        return 0;
    }
}
