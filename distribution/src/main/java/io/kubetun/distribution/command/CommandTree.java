package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.distribution.Version;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.cluster.ClusterProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Builds the whole command line: one subcommand a mode, from its descriptor, beside the fixed ones. */
public final class CommandTree {
    /** The commands that no mode may take. */
    public static final Set<String> FIXED = Set.of(
            "status",
            "disconnect",
            "quit",
            "add",
            "drop",
            "connect",
            "leave",
            InterceptCommand.ALIAS,
            "shell",
            "exec",
            "repair",
            "kernel",
            "plan",
            "serve",
            "logs",
            "doctor",
            "why",
            "plugins",
            "profiles",
            "config",
            "schema",
            "demo",
            "helper",
            "image",
            "version",
            "completion",
            "help");

    private static final String COMPLETION = "completion";
    private static final int WIDTH = 120;

    private final Installation installation;
    private final Supplier<PluginRegistry> plugins;

    /**
     * Takes what the commands are made from.
     *
     * @param installation where things are
     * @param plugins what is loaded, asked for only if a command needs it
     */
    public CommandTree(Installation installation, Supplier<PluginRegistry> plugins) {
        this.installation = installation;
        this.plugins = plugins;
    }

    /**
     * Builds only one command, for those that know of no mode and want to begin before a plugin could be loaded.
     *
     * @param command the first word of the command line
     * @return the root command with this one below it; empty if it is none of those
     */
    public Optional<CommandLine> buildAlone(String command) {
        return Optional.ofNullable(withoutPlugins().get(command)).map(spec -> alone(command, spec.get()));
    }

    /**
     * Builds only one command, with what is loaded: all of them would take longer than the one needs for what it does.
     *
     * @param command the first word of the command line
     * @return the root command with this one below it; empty if it is none, or one that tells of the others
     */
    public Optional<CommandLine> buildOnly(String command) {
        if (command.equals(COMPLETION)) {
            return Optional.empty();
        }
        Sessions sessions = sessions();
        String named = command.equals(InterceptCommand.ALIAS) ? InterceptCommand.MODE : command;
        return plugins.get().modes().stream()
                .filter(mode -> mode.command().equals(named) || mode.name().equals(named))
                .findFirst()
                .map(mode -> alone(mode.command(), ofMode(mode, sessions)))
                .or(() -> Optional.ofNullable(fixed(sessions).get(command)).map(spec -> alone(command, spec.get())));
    }

    private static CommandLine alone(String command, CommandSpec spec) {
        CommandSpec root = CommandSpec.create().name("kubetun");
        root.addSubcommand(command, spec);
        return new CommandLine(finished(root));
    }

    /**
     * Builds it.
     *
     * @return the root command
     */
    public CommandLine build() {
        Sessions sessions = sessions();
        CommandSpec root = new RootCommand(sessions).spec();
        root.usageMessage()
                .description(
                        "Joins this machine to Kubernetes clusters: reach Services and pods by name and address as if inside.",
                        "",
                        "Starts the modes that a profile names, or one mode by its own command.");
        finished(sessions.dryRun().offer(root));
        for (ModeDescriptor mode : plugins.get().modes()) {
            root.addSubcommand(mode.command(), ofMode(mode, sessions));
        }
        fixed(sessions).forEach((name, spec) -> root.addSubcommand(name, spec.get()));
        return new CommandLine(root);
    }

    private Sessions sessions() {
        return new Sessions(installation, plugins, clusterOptions());
    }

    private static List<Option> clusterOptions() {
        return ServiceLoader.load(CommandTree.class.getModule().getLayer(), ClusterProvider.class)
                .findFirst()
                .map(ClusterProvider::options)
                .orElse(List.of());
    }

    private CommandSpec ofMode(ModeDescriptor mode, Sessions sessions) {
        CommandSpec command = command(mode, sessions);
        if (!mode.command().equals(mode.name())) {
            command.aliases(mode.name());
        }
        return finished(sessions.dryRun().offer(command));
    }

    private CommandSpec command(ModeDescriptor mode, Sessions sessions) {
        return mode.name().equals(InterceptCommand.MODE)
                ? new InterceptCommand(mode, sessions.clusterOptions(), sessions, plugins).spec()
                : new ModeCommand(mode, sessions.clusterOptions(), sessions).spec();
    }

    /** Those that know of no mode and want to begin before a plugin could be loaded. */
    private Map<String, Supplier<CommandSpec>> withoutPlugins() {
        Kernels kernels = new Kernels(KernelSettings.ofUser().runtimeFolder());
        Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();
        commands.put("status", () -> finished(new StatusCommand(kernels).spec()));
        commands.put("disconnect", () -> finished(new DisconnectCommand(kernels).spec()));
        commands.put("logs", () -> finished(new LogsCommand().spec()));
        commands.put("drop", () -> finished(new DropCommand(kernels).spec()));
        commands.put("quit", () -> finished(new QuitCommand(kernels).spec()));
        commands.put("repair", () -> finished(new RepairCommand(kernels).spec()));
        commands.put("kernel", () -> finished(new KernelCommand(plugins).spec()));
        commands.put("helper", () -> finished(new HelperCommand().spec()));
        return commands;
    }

    private Map<String, Supplier<CommandSpec>> fixed(Sessions sessions) {
        List<Option> clusterOptions = sessions.clusterOptions();
        DryRun dryRun = sessions.dryRun();
        Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();
        commands.put(
                "plan",
                () -> finished(new PlanCommand(sessions)
                        .spec(dryRun, plugins.get().modes(), mode -> finished(command(mode, sessions)))));
        commands.putAll(withoutPlugins());
        commands.put(
                "add",
                () -> finished(
                        new AddCommand(new Kernels(KernelSettings.ofUser().runtimeFolder()), sessions).spec()));
        commands.put(
                "connect",
                () -> finished(
                        dryRun.offer(new ConnectCommand(plugins.get().modes(), clusterOptions, sessions).spec())));
        commands.put(
                "shell",
                () -> finished(dryRun.offer(new ShellCommand(plugins.get().modes(), sessions).spec())));
        commands.put("leave", () -> finished(new LeaveCommand(clusterOptions, sessions, plugins).spec()));
        commands.put("plugins", () -> finished(new PluginsCommand(plugins.get()).spec()));
        commands.put("serve", () -> finished(new ServeCommand(installation, plugins, sessions).spec()));
        commands.put("doctor", () -> finished(new DoctorCommand(sessions, plugins).spec()));
        commands.put("why", () -> finished(new WhyCommand(sessions, plugins).spec()));
        commands.put("profiles", () -> finished(new ProfilesCommand(sessions).spec()));
        commands.put("config", () -> config(sessions));
        commands.put("schema", () -> finished(new SchemaCommand(sessions).spec()));
        commands.put("demo", () -> finished(new DemoCommand(plugins.get(), clusterOptions).spec()));
        commands.put("image", () -> finished(new ImageCommand(installation).spec()));
        commands.put("version", CommandTree::version);
        commands.put(COMPLETION, CommandTree::completion);
        return commands;
    }

    private static CommandSpec config(Sessions sessions) {
        CommandSpec config = CommandSpec.create();
        config.usageMessage().description("Shows how profiles are read.");
        config.addSubcommand("view", finished(new ConfigViewCommand(sessions).spec()));
        return finished(config);
    }

    private static CommandSpec version() {
        CommandSpec version = CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> {
            System.out.println(Version.line());
            return 0;
        });
        version.usageMessage().description("Prints the version.");
        return finished(version);
    }

    private static CommandSpec completion() {
        CommandSpec completion = CommandSpec.forAnnotatedObject(new GenerateCompletion());
        completion
                .usageMessage()
                .description("Prints a completion script for bash and zsh: source <(kubetun completion)");
        return completion;
    }

    private static CommandSpec finished(CommandSpec spec) {
        Flags.common(spec);
        spec.usageMessage().width(WIDTH).sortOptions(false);
        return spec;
    }
}
