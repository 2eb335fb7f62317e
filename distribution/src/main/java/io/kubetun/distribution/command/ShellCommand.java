package io.kubetun.distribution.command;

import com.typesafe.config.Config;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code kubetun shell}: a session for one program, in a network namespace of its own. The launcher has made the
 * namespace, with a helper in it, before this is called, and becomes the program afterwards.
 */
final class ShellCommand implements Callable<Integer> {
    private static final String TUN = "tun";
    private static final String DNS = "dns";
    private static final String SYSTEM = "system";

    /** What there is no choice of in a network of its own. */
    private static final List<String> FIXED = List.of(SYSTEM, "listen", "device");

    /** Shells of one cluster at the same time. */
    private static final int MAX_SHELLS = 64;

    private final Sessions sessions;
    private final ShellLauncher launcher;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;
    private final OptionSpec name = OptionSpec.builder("--name")
            .type(String.class)
            .arity("1")
            .paramLabel("NAME")
            .description("What to call the session.")
            .build();

    ShellCommand(List<ModeDescriptor> modes, Sessions sessions) {
        this.sessions = sessions;
        this.launcher = new ShellLauncher(sessions.installation().environment());
        spec.aliases("exec");
        spec.usageMessage()
                .description(
                        "Runs a shell, or the command behind --, that has the cluster's network and names; nothing else on this"
                                + " machine has, and no root is needed.")
                .customSynopsis("kubetun shell [options] [-- command [argument ...]]");
        profile = ProfileFlags.optional(sessions, spec, "The profile that says which cluster, and how.");
        spec.addOption(name);
        modes.stream()
                .filter(mode -> mode.name().equals(TUN) || mode.name().equals(DNS))
                .forEach(mode -> profile.with(
                        "modes." + mode.name(),
                        mode.options().stream()
                                .filter(option -> !FIXED.contains(option.key()))
                                .toList()));
        profile.withCluster();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        if (ThisUser.isRoot()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot start a shell for root",
                    "its session would live in a background process, and root has none",
                    "Type it as an ordinary user; as root: kubetun tun --foreground");
        }
        launcher.check();
        Profile wanted = profile();
        if (sessions.dryRun().wanted()) {
            return sessions.dryRun().print(List.of(wanted));
        }
        BackgroundKernel background = new BackgroundKernel(sessions.installation(), KernelSettings.ofUser());
        ControlClient kernel = background.get();
        List<String> steps = new ArrayList<>();
        Progress progress = launcher.isForCommand() ? steps::add : System.err::println;
        String session = start(kernel, background, wanted, progress);
        launcher.answer(session);
        progress.step("This is session " + session + "; it ends with this shell.");
        return 0;
    }

    private Profile profile() throws KubetunException {
        Map<String, Object> on = new LinkedHashMap<>();
        on.put("modes." + TUN, Map.of());
        on.put("modes." + DNS, Map.of());
        on.put("modes." + DNS + "." + SYSTEM, true);
        Profile said = profile.loadWith(on);
        Map<String, Config> modes = new LinkedHashMap<>(said.modes());
        modes.keySet().retainAll(List.of(TUN, DNS));
        return new Profile(said.name(), Optional.empty(), said.cluster(), modes, said.origin());
    }

    /** Several shells of one cluster are the usual thing: each gets a name of its own. */
    private String start(ControlClient kernel, BackgroundKernel background, Profile wanted, Progress progress)
            throws KubetunException {
        String first = Optional.<String>ofNullable(name.getValue()).orElse(wanted.name());
        for (int i = 1; ; i++) {
            Profile named = wanted.named(i == 1 ? first : first + "-" + i);
            SessionRequest request = Callers.remote(
                    named, sessions.installation(), background.settings().runtimeFolder());
            String[] id = new String[1];
            try {
                kernel.start(request, false, progress, ready -> id[0] = ready);
                return id[0];
            } catch (KubetunException e) {
                request.transients().forEach(copy -> copy.toFile().delete());
                if (e.code() != ErrorCode.SESSION_EXISTS || name.getValue() != null || i == MAX_SHELLS) {
                    throw e;
                }
            }
        }
    }
}
