package io.kubetun.distribution.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.spi.ModeDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandTreeTest {
    private static final Path LAUNCHER = Path.of("src/launcher/kubetun");
    private static final Pattern ONLY_PRINTS =
            Pattern.compile("only_prints\\(\\).*?\\n {4}([^)]+)\\) ;;", Pattern.DOTALL);

    private final PluginRegistry plugins = PluginRegistry.load(List.of(), CommandTree.FIXED);
    private final CommandTree tree = new CommandTree(new Installation(Path.of(""), Map.of()), () -> plugins);

    @Test
    void noModeMayTakeTheNameOfACommand() {
        Set<String> names = new HashSet<>(tree.build().getSubcommands().keySet());
        for (ModeDescriptor mode : plugins.modes()) {
            assertThat(names).contains(mode.command(), mode.name());
            names.remove(mode.command());
            names.remove(mode.name());
        }

        names.add("help");
        assertThat(CommandTree.FIXED).isEqualTo(names);
    }

    @Test
    void whatKnowsOfNoModeIsBuiltWithoutPlugins() {
        CommandTree without = new CommandTree(new Installation(Path.of(""), Map.of()), () -> {
            throw new IllegalStateException("plugins were loaded");
        });

        assertThat(List.of("status", "disconnect", "quit", "drop", "logs", "repair", "kernel", "helper"))
                .allSatisfy(command -> assertThat(
                                without.buildAlone(command).orElseThrow().getSubcommands())
                        .containsOnlyKeys(command));
        assertThat(without.buildAlone("forward")).isEmpty();
    }

    @Test
    void oneCommandAloneIsTheSameAsAmongAll() {
        Map<String, CommandLine> all = tree.build().getSubcommands();

        assertThat(all.keySet()).allSatisfy(word -> {
            Optional<CommandLine> only = tree.buildOnly(word);
            // These need the others: the one tells of them, the other is a second word for one.
            if (word.equals("completion") || word.equals("exec")) {
                assertThat(only).isEmpty();
            } else {
                assertThat(only.orElseThrow().getSubcommands().get(word).getUsageMessage())
                        .isEqualTo(all.get(word).getUsageMessage());
            }
        });
        assertThat(tree.buildOnly("conect")).isEmpty();
        assertThat(tree.buildOnly("--verbose")).isEmpty();
    }

    @Test
    void theLauncherKnowsWhichCommandsChangeNothingByThemselves() throws IOException {
        Matcher list = ONLY_PRINTS.matcher(Files.readString(LAUNCHER));
        assertThat(list.find()).isTrue();
        Set<String> onlyPrint = new HashSet<>(Arrays.asList(list.group(1).split(" \\| ")));

        onlyPrint.removeAll(Set.of("-h", "--help", "--version"));
        // These start a session, plan one, or are a process that lives as long as one.
        onlyPrint.addAll(
                Set.of("connect", "proxy", "plan", "serve", "shell", "exec", "demo", "kernel", "helper", "help"));
        assertThat(onlyPrint).isEqualTo(CommandTree.FIXED);
    }
}
