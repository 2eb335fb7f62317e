package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.kubetun.e2e.Running.Result;
import io.kubetun.kernel.flow.ThisUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image of gateway and agent, unpacked as a node does it. */
class ImageTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final ConfigParseOptions JSON = ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON);

    @TempDir
    Path scratch;

    @Test
    void itsCacheOfClassesIsOneThatItsJavaTakes() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "an image is built with nft, which is not there");
        assumeTrue(
                ThisUser.isRoot()
                        || run(List.of("unshare", "--map-root-user", "true")).status() == 0,
                "users may have no namespaces here");
        Path archive = Files.createDirectory(scratch.resolve("archive"));
        unpack(Installation.image(), archive);
        Config index = ConfigFactory.parseFile(archive.resolve("index.json").toFile(), JSON);
        Config manifest = json(archive, index.getConfigList("manifests").getFirst());
        Path root = Files.createDirectory(scratch.resolve("root"));
        for (Config layer : manifest.getConfigList("layers")) {
            unpack(blob(archive, layer), root);
        }
        List<String> command = new ArrayList<>(
                ThisUser.isRoot()
                        ? List.of("chroot", root.toString())
                        : List.of("unshare", "--map-root-user", "--root=" + root));
        command.addAll(json(archive, manifest.getConfig("config")).getStringList("config.Entrypoint"));
        assertThat(command).anyMatch(word -> word.startsWith("-XX:AOTCache="));
        // Java ends if it cannot take it.
        command.add(command.indexOf("/opt/kubetun/java/bin/java") + 1, "-XX:AOTMode=on");
        command.add("nothing");
        Result ran = run(command);
        assertThat(ran.output()).contains("this image cannot run as nothing").doesNotContain("[aot]");
    }

    private static Result run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        // By /proc, which is not there, Java would find its libraries itself.
        builder.environment().put("LD_LIBRARY_PATH", "/opt/kubetun/java/lib");
        return new Running(builder).await(LIMIT);
    }

    private static void unpack(Path archive, Path to) throws IOException, InterruptedException {
        new Running(new ProcessBuilder("tar", "-xf", archive.toString(), "-C", to.toString())).awaitSuccess(LIMIT);
    }

    private static Path blob(Path archive, Config descriptor) {
        return archive.resolve("blobs/" + descriptor.getString("digest").replace(':', '/'));
    }

    private static Config json(Path archive, Config descriptor) {
        return ConfigFactory.parseFile(blob(archive, descriptor).toFile(), JSON);
    }
}
