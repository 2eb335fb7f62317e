package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sessions in this process: they end with it. */
record ForegroundHosting(Installation installation, PluginRegistry plugins, Optional<InetSocketAddress> metrics)
        implements Hosting {
    @Override
    public int run(List<Profile> profiles) throws KubetunException, InterruptedException {
        Progress progress = System.err::println;
        Kernel kernel = new Kernel(KernelSettings.ofUser(), plugins);
        AtomicBoolean interrupted = new AtomicBoolean();
        Runnable close = kernel::close;
        Thread stop = Thread.ofPlatform().name("stop").unstarted(() -> {
            interrupted.set(true);
            close.run();
        });
        Runtime.getRuntime().addShutdownHook(stop);
        List<CompletableFuture<String>> ends = new ArrayList<>();
        try (kernel) {
            if (metrics.isPresent()) {
                kernel.http(metrics.get());
            }
            for (Profile profile : profiles) {
                Session session = kernel.start(Callers.request(profile, installation), progress);
                ends.add(session.ended());
            }
            progress.step("Ready. Press Ctrl-C to stop.");
            String reason = (String) CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new))
                    .get();
            if (interrupted.get()) {
                progress.step("Stopped. Nothing is left behind.");
                return ErrorCode.INTERRUPTED.status();
            }
            return Ending.of(reason, progress);
        } catch (KubetunException e) {
            if (interrupted.get()) {
                return ErrorCode.INTERRUPTED.status();
            }
            throw e;
        } catch (ExecutionException e) {
            throw new KubetunException(
                    ErrorCode.INTERNAL,
                    "the session has ended",
                    String.valueOf(e.getCause()),
                    "Run it again with --verbose",
                    e.getCause());
        }
    }
}
