package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.distribution.output.Format;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.plan.Plan;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Need;
import io.kubetun.spi.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --dry-run} of every starting command, and {@code plan}: says what would be done, and does nothing of it. */
final class DryRun {
    /** How long an interrupted plan may take to let go of all that it looked at. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(3);

    private final Installation installation;
    private final Supplier<PluginRegistry> plugins;
    private final List<OptionSpec> flags = new ArrayList<>();
    private final List<OutputOption> outputs = new ArrayList<>();

    DryRun(Installation installation, Supplier<PluginRegistry> plugins) {
        this.installation = installation;
        this.plugins = plugins;
    }

    /** Gives a starting command the flag. */
    CommandSpec offer(CommandSpec spec) {
        add(spec, flag().description("Only print what would be changed and listened on, like kubetun plan."));
        return spec;
    }

    /** Makes a command plan whenever it is called. */
    CommandSpec always(CommandSpec spec) {
        add(spec, flag().hidden(true).defaultValue("true"));
        // What is done at once, without a session, is no plan.
        Optional.ofNullable(spec.findOption("--purge")).ifPresent(spec::remove);
        return spec;
    }

    private static OptionSpec.Builder flag() {
        return OptionSpec.builder("--dry-run").type(boolean.class);
    }

    private void add(CommandSpec spec, OptionSpec.Builder flag) {
        OptionSpec built = flag.build();
        spec.addOption(built);
        flags.add(built);
        if (spec.findOption("-o") == null && spec.findOption("--output") == null) {
            outputs.add(new OutputOption(spec));
        }
    }

    /** Says whether the command that was typed is to be planned only. */
    boolean wanted() {
        return flags.stream().anyMatch(flag -> Boolean.TRUE.equals(flag.getValue()));
    }

    /** Refuses to go on if a plan is wanted: what would come next cannot be planned. */
    void refuse(String what) throws KubetunException {
        if (wanted()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot plan " + what,
                    "it is done at once",
                    "Leave out " + what + " or --dry-run.");
        }
    }

    /** Prints the plans of sessions; returns the exit code. */
    int print(List<Profile> profiles) throws KubetunException, InterruptedException {
        Format format = format();
        Progress progress = System.err::println;
        List<Plan> plans = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        Thread planning = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            planning.interrupt();
            try {
                done.await(END_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            plan(profiles, plans, progress);
        } finally {
            done.countDown();
        }
        System.out.println(PlanOutput.render(plans, format));
        return 0;
    }

    private void plan(List<Profile> profiles, List<Plan> plans, Progress progress)
            throws KubetunException, InterruptedException {
        for (Profile profile : profiles) {
            plans.add(Kernel.plan(
                    KernelSettings.ofUser(), plugins.get(), Callers.request(profile, installation), progress));
            tellNeeds(profile, progress);
        }
    }

    private Format format() throws KubetunException {
        for (OutputOption output : outputs) {
            if (output.format() != Format.TABLE) {
                return output.format();
            }
        }
        return Format.TABLE;
    }

    private void tellNeeds(Profile profile, Progress progress) {
        if (installation.helper().isPresent() || ThisUser.isRoot()) {
            return;
        }
        List<String> privileged = plugins.get().modes().stream()
                .filter(mode -> profile.modes().containsKey(mode.name()))
                .filter(mode -> mode.needs().contains(Need.ROOT))
                .map(ModeDescriptor::name)
                .toList();
        if (!privileged.isEmpty()) {
            progress.step("Parts of " + String.join(", ", privileged)
                    + " need root on most machines; by sudo, the plan says what the helper does: sudo kubetun plan …");
        }
    }
}
