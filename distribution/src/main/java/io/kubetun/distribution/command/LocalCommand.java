package io.kubetun.distribution.command;

import io.kubetun.kernel.ClusterVisit;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.WorkloadEnvironment;
import io.kubetun.spi.cluster.WorkloadName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The local process that stands in for a workload: its environment, and the command behind {@code --}. */
final class LocalCommand {
    /** What says where programs and files of this machine are. */
    private static final Set<String> OF_THIS_MACHINE = Set.of("PATH", "HOME");

    private final Sessions sessions;
    private final Supplier<PluginRegistry> plugins;
    private final PositionalParamSpec command = PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .index("1..*")
            .arity("0..*")
            .paramLabel("COMMAND")
            .description("Behind --: run this with the workload's environment, and leave when it has ended.")
            .build();
    private final OptionSpec envFile = OptionSpec.builder("--env-file")
            .type(Path.class)
            .arity("1")
            .paramLabel("FILE")
            .description("Write the workload's environment there, a NAME=value a line; readable by you alone.")
            .build();
    private final OptionSpec container = OptionSpec.builder("--container")
            .type(String.class)
            .arity("1")
            .paramLabel("NAME")
            .defaultValue("")
            .description("Whose environment it is. Default: the first container's.")
            .build();

    /** Adds the words and flags to a command. */
    LocalCommand(CommandSpec spec, Sessions sessions, Supplier<PluginRegistry> plugins) {
        this.sessions = sessions;
        this.plugins = plugins;
        spec.addPositional(command);
        spec.addOption(envFile);
        spec.addOption(container);
    }

    /** Starts the session, and with it the command if there is one; returns the exit code. */
    int run(WorkloadName workload, Profile profile, StartFlags start) throws KubetunException, InterruptedException {
        List<String> words =
                Optional.<List<String>>ofNullable(command.getValue()).orElse(List.of());
        Optional<Path> file = Optional.ofNullable(envFile.getValue());
        if (sessions.dryRun().wanted() || (words.isEmpty() && file.isEmpty())) {
            return sessions.run(List.of(profile), start);
        }
        if (!words.isEmpty() && (start.foreground() || ThisUser.isRoot())) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot run " + words.getFirst(),
                    "a command needs a session in the background, and this one would live in this process",
                    "Type it as an ordinary user without --foreground, or start the command by itself with --env-file");
        }
        WorkloadEnvironment environment = new ClusterVisit(
                        KernelSettings.ofUser(),
                        plugins.get(),
                        sessions.installation().environment())
                .environment(profile, workload, container.getValue());
        if (file.isPresent()) {
            write(environment, file.get());
        }
        int started = sessions.run(List.of(profile), start);
        return started != 0 || words.isEmpty()
                ? started
                : run(words, environment, start.name().orElse(profile.name()));
    }

    private static void write(WorkloadEnvironment environment, Path file) throws KubetunException {
        List<String> lines = new ArrayList<>();
        new TreeMap<>(environment.variables()).forEach((name, value) -> {
            if (value.contains("\n")) {
                System.err.println("Not in " + file + ", as it has several lines: " + name);
            } else {
                lines.add(name + "=" + value);
            }
        });
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, lines, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot write " + file,
                    e.toString(),
                    "Name a file that can be written: --env-file FILE",
                    e);
        }
        System.err.println("The environment of " + environment.pod() + ", container " + environment.container()
                + ", is in " + file + ".");
    }

    private static int run(List<String> words, WorkloadEnvironment environment, String session)
            throws KubetunException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("leave").unstarted(() -> leave(session)));
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        for (Map.Entry<String, String> each : environment.variables().entrySet()) {
            if (!OF_THIS_MACHINE.contains(each.getKey())) {
                builder.environment().put(each.getKey(), each.getValue());
            }
        }
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot run " + words.getFirst(),
                    String.valueOf(e.getMessage()),
                    "Name a program of this machine behind --",
                    e);
        }
    }

    /** Run at this process's end, whatever ends it but a SIGKILL. */
    private static void leave(String session) {
        try {
            for (Kernels.Found found : new Kernels(KernelSettings.ofUser().runtimeFolder()).named(session)) {
                found.kernel().stop(found.session().id(), Ending.DISCONNECTED);
            }
        } catch (KubetunException e) {
            System.err.println(e.getMessage());
        }
    }
}
