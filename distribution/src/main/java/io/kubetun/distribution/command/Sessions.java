package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.profile.ProfileLoader;
import io.kubetun.kernel.profile.ProfileSchema;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Makes profiles of what was typed, and has them hosted. */
final class Sessions {
    private final Installation installation;
    private final Supplier<PluginRegistry> plugins;
    private final List<Option> clusterOptions;
    private final DryRun dryRun;

    Sessions(Installation installation, Supplier<PluginRegistry> plugins, List<Option> clusterOptions) {
        this.installation = installation;
        this.plugins = plugins;
        this.clusterOptions = clusterOptions;
        this.dryRun = new DryRun(installation, plugins);
    }

    DryRun dryRun() {
        return dryRun;
    }

    Installation installation() {
        return installation;
    }

    List<Option> clusterOptions() {
        return clusterOptions;
    }

    ProfileSchema schema() {
        return new ProfileSchema(clusterOptions, plugins.get().modes());
    }

    ProfileLoader profiles() {
        return new ProfileLoader(
                schema(), installation.profileFolders(), installation.environment(), System.getProperties());
    }

    int runAdHoc(String name, Overrides overrides, List<String> contexts, StartFlags flags)
            throws KubetunException, InterruptedException {
        ProfileLoader loader = profiles();
        if (contexts.isEmpty()) {
            return run(List.of(loader.adHoc(name, overrides)), flags);
        }
        List<Profile> each = new ArrayList<>();
        for (String context : contexts) {
            Map<String, Object> values = new LinkedHashMap<>(overrides.values());
            values.put("cluster.context", context);
            each.add(loader.adHoc(name, new Overrides(values)));
        }
        return run(each, flags);
    }

    /** Has sessions hosted, or planned if that is wanted; returns the exit code. */
    int run(List<Profile> profiles, StartFlags flags) throws KubetunException, InterruptedException {
        if (dryRun.wanted()) {
            return dryRun.print(profiles);
        }
        List<Profile> named = profiles.stream()
                .map(profile -> flags.name().map(profile::named).orElse(profile))
                .toList();
        Hosting hosting = flags.foreground() || ThisUser.isRoot()
                ? new ForegroundHosting(installation, plugins.get(), flags.metrics())
                : new BackgroundHosting(
                        installation,
                        new BackgroundKernel(installation, KernelSettings.ofUser()),
                        flags.stays(),
                        flags.metrics());
        return hosting.run(named);
    }
}
