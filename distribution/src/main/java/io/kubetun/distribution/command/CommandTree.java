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
        CommandSpec root = CommandSpec.create().name("kubetun");
        Optional.ofNullable(alone().get(command)).ifPresent(spec -> root.addSubcommand(command, finished(spec.get())));
        return root.subcommands().isEmpty() ? Optional.empty() : Optional.of(new CommandLine(finished(root)));
    }

    private Map<String, Supplier<CommandSpec>> alone() {
        Kernels kernels = new Kernels(KernelSettings.ofUser().runtimeFolder());
        Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();
        commands.put("status", () -> new StatusCommand(kernels).spec());
        commands.put("disconnect", () -> new DisconnectCommand(kernels).spec());
        commands.put("logs", () -> new LogsCommand().spec());
        commands.put("drop", () -> new DropCommand(kernels).spec());
        commands.put("quit", () -> new QuitCommand(kernels).spec());
        commands.put("repair", () -> new RepairCommand(kernels).spec());
        commands.put("kernel", () -> new KernelCommand(plugins).spec());
        commands.put("helper", () -> new HelperCommand().spec());
        return commands;
    }

    /**
     * Builds it.
     *
     * @return the root command
     */
    public CommandLine build() {
        List<Option> clusterOptions = ServiceLoader.load(
                        CommandTree.class.getModule().getLayer(), ClusterProvider.class)
                .findFirst()
                .map(ClusterProvider::options)
                .orElse(List.of());
        Sessions sessions = new Sessions(installation, plugins, clusterOptions);
        CommandSpec root = new RootCommand(sessions).spec();
        root.usageMessage()
                .description(
                        "Joins this machine to Kubernetes clusters: reach Services and pods by name and address as if inside.",
                        "",
                        "Starts the modes that a profile names, or one mode by its own command.");
        finished(sessions.dryRun().offer(root));
        for (ModeDescriptor mode : plugins.get().modes()) {
            CommandSpec command = new ModeCommand(mode, clusterOptions, sessions).spec();
            if (!mode.command().equals(mode.name())) {
                command.aliases(mode.name());
            }
            root.addSubcommand(mode.command(), finished(sessions.dryRun().offer(command)));
        }
        CommandSpec plan = new PlanCommand(sessions)
                .spec(
                        sessions.dryRun(),
                        plugins.get().modes(),
                        mode -> finished(new ModeCommand(mode, clusterOptions, sessions).spec()));
        root.addSubcommand("plan", finished(plan));
        alone().forEach((name, spec) -> root.addSubcommand(name, finished(spec.get())));
        root.addSubcommand(
                "add",
                finished(new AddCommand(new Kernels(KernelSettings.ofUser().runtimeFolder()), sessions).spec()));
        root.addSubcommand(
                "connect",
                finished(sessions.dryRun()
                        .offer(new ConnectCommand(plugins.get().modes(), clusterOptions, sessions).spec())));
        root.addSubcommand(
                "shell",
                finished(sessions.dryRun().offer(new ShellCommand(plugins.get().modes(), sessions).spec())));
        root.addSubcommand("plugins", finished(new PluginsCommand(plugins.get()).spec()));
        root.addSubcommand("serve", finished(new ServeCommand(installation, plugins, sessions).spec()));
        root.addSubcommand("doctor", finished(new DoctorCommand(sessions, plugins).spec()));
        root.addSubcommand("why", finished(new WhyCommand(sessions, plugins).spec()));
        root.addSubcommand("profiles", finished(new ProfilesCommand(sessions).spec()));
        CommandSpec config = CommandSpec.create();
        config.usageMessage().description("Shows how profiles are read.");
        config.addSubcommand("view", finished(new ConfigViewCommand(sessions).spec()));
        root.addSubcommand("config", finished(config));
        root.addSubcommand("schema", finished(new SchemaCommand(sessions).spec()));
        root.addSubcommand("demo", finished(new DemoCommand(plugins.get(), clusterOptions).spec()));
        root.addSubcommand("image", finished(new ImageCommand(installation).spec()));
        CommandSpec version = CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> {
            System.out.println(Version.line());
            return 0;
        });
        version.usageMessage().description("Prints the version.");
        root.addSubcommand("version", finished(version));
        CommandSpec completion = CommandSpec.forAnnotatedObject(new GenerateCompletion());
        completion
                .usageMessage()
                .description("Prints a completion script for bash and zsh: source <(kubetun completion)");
        root.addSubcommand("completion", completion);
        return new CommandLine(root);
    }

    private static CommandSpec finished(CommandSpec spec) {
        Flags.common(spec);
        spec.usageMessage().width(WIDTH).sortOptions(false);
        return spec;
    }
}
