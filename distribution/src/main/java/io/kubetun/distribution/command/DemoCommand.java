package io.kubetun.distribution.command;

import io.kubetun.distribution.demo.Demo;
import io.kubetun.distribution.demo.DemoCluster;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ModeDescriptor.Option;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun demo}: a cluster, a session and a fetch, without anything of the user's. */
final class DemoCommand implements Callable<Integer> {
    private final PluginRegistry plugins;
    private final List<Option> clusterOptions;
    /** For {@code --serve}. */
    private static final int LONGEST_SECONDS = 300;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec once = OptionSpec.builder("--once")
            .type(boolean.class)
            .description("End after the fetch instead of waiting for Ctrl-C.")
            .build();
    private final OptionSpec serve = hidden("--serve", "Only serve the cluster, with its kubeconfig in this file.");
    private final OptionSpec train = hidden("--train", "Only join the cluster of this kubeconfig, and print nothing.");

    private static OptionSpec hidden(String name, String description) {
        return OptionSpec.builder(name)
                .type(Path.class)
                .arity("1")
                .hidden(true)
                .description(description)
                .build();
    }

    DemoCommand(PluginRegistry plugins, List<Option> clusterOptions) {
        this.plugins = plugins;
        this.clusterOptions = clusterOptions;
        spec.usageMessage()
                .description("Starts an embedded cluster, joins it, fetches a Service by name, and shows what it did.");
        spec.addOption(once);
        spec.addOption(serve);
        spec.addOption(train);
    }

    CommandSpec spec() {
        return spec;
    }

    /** Until nobody wants the cluster: its file is gone, or it is older than any training. */
    private static void awaitGone(Path file) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int seconds = 0; seconds < LONGEST_SECONDS && Files.exists(file); seconds++) {
            if (never.await(1, TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        Path file = serve.getValue();
        if (file != null) {
            try (DemoCluster cluster = new DemoCluster()) {
                // A reader never sees half of it.
                Files.move(cluster.kubeconfig(Path.of(file + ".new")), file, StandardCopyOption.ATOMIC_MOVE);
                awaitGone(file);
                return 0;
            }
        }
        Path kubeconfig = train.getValue();
        if (kubeconfig != null) {
            new Demo(plugins, clusterOptions, _ -> {}).train(kubeconfig);
        } else {
            new Demo(plugins, clusterOptions, System.out::println).run(Boolean.TRUE.equals(once.getValue()));
        }
        return 0;
    }
}
