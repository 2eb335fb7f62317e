package io.kubetun.distribution.command;

import io.kubetun.distribution.demo.Demo;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun demo}: a cluster, a session and a fetch, without anything of the user's. */
final class DemoCommand implements Callable<Integer> {
    private final PluginRegistry plugins;
    private final List<Option> clusterOptions;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec once = OptionSpec.builder("--once")
            .type(boolean.class)
            .description("End after the fetch instead of waiting for Ctrl-C.")
            .build();
    private final OptionSpec quiet = OptionSpec.builder("--quiet")
            .type(boolean.class)
            .hidden(true)
            .description("Print nothing.")
            .build();

    DemoCommand(PluginRegistry plugins, List<Option> clusterOptions) {
        this.plugins = plugins;
        this.clusterOptions = clusterOptions;
        spec.usageMessage()
                .description("Starts an embedded cluster, joins it, fetches a Service by name, and shows what it did.");
        spec.addOption(once);
        spec.addOption(quiet);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        boolean silent = Boolean.TRUE.equals(quiet.getValue());
        new Demo(plugins, clusterOptions, silent ? _ -> {} : System.out::println)
                .run(Boolean.TRUE.equals(once.getValue()));
        return 0;
    }
}
