package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.profile.ProfileLoader;
import io.kubetun.kernel.profile.ProfileSchema;
import io.kubetun.kernel.session.Session;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs sessions in this process until they end or the user interrupts. The seam for a background kernel: what starts
 * sessions elsewhere takes this class's place.
 */
final class Sessions {
    private final Installation installation;
    private final PluginRegistry plugins;
    private final List<Option> clusterOptions;
    private final DryRun dryRun;

    Sessions(Installation installation, PluginRegistry plugins, List<Option> clusterOptions) {
        this.installation = installation;
        this.plugins = plugins;
        this.clusterOptions = clusterOptions;
        this.dryRun = new DryRun(installation, plugins);
    }

    DryRun dryRun() {
        return dryRun;
    }

    List<Option> clusterOptions() {
        return clusterOptions;
    }

    ProfileSchema schema() {
        return new ProfileSchema(clusterOptions, plugins.modes());
    }

    ProfileLoader profiles() {
        return new ProfileLoader(
                schema(), installation.profileFolders(), installation.environment(), System.getProperties());
    }

    int runProfile(String name, Overrides overrides) throws KubetunException, InterruptedException {
        return run(List.of(profiles().load(name, overrides)));
    }

    int runAdHoc(String name, Overrides overrides, List<String> contexts)
            throws KubetunException, InterruptedException {
        ProfileLoader loader = profiles();
        if (contexts.isEmpty()) {
            return run(List.of(loader.adHoc(name, overrides)));
        }
        List<Profile> each = new ArrayList<>();
        for (String context : contexts) {
            Map<String, Object> values = new LinkedHashMap<>(overrides.values());
            values.put("cluster.context", context);
            each.add(loader.adHoc(name, new Overrides(values)));
        }
        return run(each);
    }

    private int run(List<Profile> profiles) throws KubetunException, InterruptedException {
        if (dryRun.wanted()) {
            return dryRun.print(profiles);
        }
        Progress progress = System.err::println;
        KernelSettings settings = KernelSettings.ofUser();
        Kernel kernel = new Kernel(settings, plugins);
        AtomicBoolean interrupted = new AtomicBoolean();
        Runnable close = kernel::close;
        Thread stop = Thread.ofPlatform().name("stop").unstarted(() -> {
            interrupted.set(true);
            close.run();
        });
        Runtime.getRuntime().addShutdownHook(stop);
        List<CompletableFuture<String>> ends = new ArrayList<>();
        try (kernel) {
            for (Profile profile : profiles) {
                Session session = kernel.start(profile, installation.helper(), progress);
                ends.add(session.ended());
            }
            progress.step("Ready. Press Ctrl-C to stop.");
            String reason = (String) CompletableFuture.anyOf(ends.toArray(CompletableFuture[]::new))
                    .get();
            if (interrupted.get()) {
                progress.step("Stopped. Nothing is left behind.");
                return ErrorCode.INTERRUPTED.status();
            }
            throw new KubetunException(
                    ErrorCode.SESSION_LOST, "the session has ended", reason, "Start it again with the same command");
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
