package io.kubetun.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The module descriptors of the installation, compared with a golden file: {@code -Dgolden.update=true} writes it. */
class ModuleDescriptorTest {
    private static final Path LIB = Path.of("../distribution/target/kubetun/lib");
    private static final Path GOLDEN = Path.of("src/test/resources/modules.txt");

    @BeforeEach
    void built() {
        assumeTrue(Files.isDirectory(LIB), "the installation is not built: run ./mvnw verify from the root");
    }

    @Test
    void ourModulesAreAsTheGoldenFileSays() throws Exception {
        String now = ModuleFinder.of(LIB).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(module -> module.name().startsWith("io.kubetun."))
                .sorted()
                .map(ModuleDescriptorTest::text)
                .collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, now);
        }
        assertThat(now).isEqualTo(Files.readString(GOLDEN));
    }

    private static String text(ModuleDescriptor module) {
        StringBuilder text = new StringBuilder("module " + module.name() + "\n");
        lines(
                text,
                "requires",
                module.requires().stream()
                        .map(r -> r.modifiers() + " " + r.name())
                        .toList());
        lines(text, "exports", module.exports().stream().map(Object::toString).toList());
        lines(text, "opens", module.opens().stream().map(Object::toString).toList());
        lines(text, "uses", module.uses());
        lines(text, "provides", module.provides().stream().map(Object::toString).toList());
        return text.toString();
    }

    private static void lines(StringBuilder text, String word, Iterable<String> values) {
        Set<String> sorted = new TreeSet<>();
        values.forEach(sorted::add);
        sorted.forEach(value ->
                text.append("  ").append(word).append(' ').append(value).append('\n'));
    }

    @Test
    void noModuleOfOursIsAutomaticAndTheListOfOthersIsShort() {
        List<String> automatic = ModuleFinder.of(LIB).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(ModuleDescriptor::isAutomatic)
                .map(ModuleDescriptor::name)
                .sorted()
                .toList();
        assertThat(automatic).noneMatch(name -> name.startsWith("io.kubetun"));
        assertThat(automatic)
                .allMatch(name -> name.equals("typesafe.config")
                        || name.startsWith("io.fabric8.")
                        || name.startsWith("kubernetes.")
                        || name.startsWith("micrometer.")
                        || name.startsWith("io.prometheus.")
                        || name.equals("HdrHistogram")
                        || name.equals("com.lmax.disruptor"));
    }
}
