package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.distribution.Version;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.cluster.ClusterProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Builds the whole command line: one subcommand a mode, from its descriptor, beside the fixed ones. */
public final class CommandTree {
    /** The commands that no mode may take. */
    public static final Set<String> FIXED = Set.of(
            "status",
            "doctor",
            "why",
            "plugins",
            "profiles",
            "config",
            "schema",
            "demo",
            "helper",
            "version",
            "completion",
            "help");

    private static final int WIDTH = 120;

    private final Installation installation;
    private final PluginRegistry plugins;
    private final List<Option> clusterOptions;

    /**
     * Takes what the commands are made from.
     *
     * @param installation where things are
     * @param plugins what is loaded
     */
    public CommandTree(Installation installation, PluginRegistry plugins) {
        this.installation = installation;
        this.plugins = plugins;
        this.clusterOptions = ServiceLoader.load(CommandTree.class.getModule().getLayer(), ClusterProvider.class)
                .findFirst()
                .map(ClusterProvider::options)
                .orElse(List.of());
    }

    /**
     * Builds it.
     *
     * @return the root command
     */
    public CommandLine build() {
        Sessions sessions = new Sessions(installation, plugins, clusterOptions);
        CommandSpec root = new RootCommand(sessions).spec();
        root.usageMessage()
                .description(
                        "Joins this machine to Kubernetes clusters: reach Services and pods by name and address as if inside.",
                        "",
                        "Starts the modes that a profile names, or one mode by its own command.");
        finished(root);
        for (ModeDescriptor mode : plugins.modes()) {
            CommandSpec command = new ModeCommand(mode, clusterOptions, sessions).spec();
            if (!mode.command().equals(mode.name())) {
                command.aliases(mode.name());
            }
            root.addSubcommand(mode.command(), finished(command));
        }
        root.addSubcommand("status", finished(new StatusCommand().spec()));
        root.addSubcommand("doctor", finished(new DoctorCommand(sessions, plugins).spec()));
        root.addSubcommand("why", finished(new WhyCommand(sessions, plugins).spec()));
        root.addSubcommand("plugins", finished(new PluginsCommand(plugins).spec()));
        root.addSubcommand("profiles", finished(new ProfilesCommand(sessions).spec()));
        CommandSpec config = CommandSpec.create();
        config.usageMessage().description("Shows how profiles are read.");
        config.addSubcommand("view", finished(new ConfigViewCommand(sessions).spec()));
        root.addSubcommand("config", finished(config));
        root.addSubcommand("schema", finished(new SchemaCommand(sessions).spec()));
        root.addSubcommand("demo", finished(new DemoCommand(plugins, clusterOptions).spec()));
        root.addSubcommand("helper", finished(new HelperCommand().spec()));
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
