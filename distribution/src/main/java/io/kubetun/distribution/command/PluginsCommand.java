package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.plugin.PluginInfo;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.KubetunException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun plugins}: what was found, and why something is not used. */
final class PluginsCommand implements Callable<Integer> {
    private final PluginRegistry plugins;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OutputOption output = new OutputOption(spec);

    PluginsCommand(PluginRegistry plugins) {
        this.plugins = plugins;
        spec.usageMessage().description("Lists the plugins: name, version, source, state, and why one is disabled.");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        Format format = output.format();
        System.out.println(
                switch (format) {
                    case JSON, YAML ->
                        format.render(Map.of(
                                "plugins",
                                plugins.plugins().stream()
                                        .map(PluginsCommand::document)
                                        .toList()));
                    case TABLE, WIDE -> table();
                });
        return 0;
    }

    private String table() {
        Table table = new Table("NAME", "VERSION", "STATE", "MODES", "SOURCE", "REASON");
        for (PluginInfo plugin : plugins.plugins()) {
            table.row(
                    plugin.name(),
                    plugin.version(),
                    state(plugin),
                    String.join(",", plugin.modes()),
                    plugin.source(),
                    plugin.reason());
        }
        return table.render();
    }

    private static String state(PluginInfo plugin) {
        return plugin.state().toString().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> document(PluginInfo plugin) {
        return Map.of(
                "name", plugin.name(),
                "version", plugin.version(),
                "state", state(plugin),
                "source", plugin.source(),
                "reason", plugin.reason(),
                "modes", plugin.modes());
    }
}
