package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample of a third party, built by its own pom, dropped in, and started in both ways. */
class PluginDropInTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration BUILD = Duration.ofMinutes(5);

    @TempDir
    Path scratch;

    @Test
    void theSampleIsBuiltDroppedInAndStarted() throws Exception {
        try (World world = World.open(scratch)) {
            Path jar = build();
            Path plugins = world.home().resolve(".local/share/kubetun/plugins");
            Files.createDirectories(plugins);
            Files.copy(jar, plugins.resolve("tcp-forward.jar"), StandardCopyOption.REPLACE_EXISTING);
            assertThat(world.kubetun("plugins").await(Duration.ofSeconds(30)).output())
                    .containsPattern("tcp-forward.*enabled");

            try (Running running =
                    world.kubetun("tcp-forward", "--target", "echo.lab:80", "--listen", "127.0.0.1:11090")) {
                running.awaitLine("Ready", Duration.ofSeconds(30));
                assertThat(world.sure("curl", "-sS", "http://127.0.0.1:11090/")).contains("\"app\":\"echo\"");
            }

            Path profile = world.home().resolve(".config/kubetun/profiles/sample.conf");
            Files.createDirectories(profile.getParent());
            Files.writeString(profile, """
                    kubetun.modes {
                      tcp-forward { target = "a.lab:80", listen = "127.0.0.1:11091" }
                      socks { listen = "127.0.0.1:11092" }
                    }
                    """);
            try (Running running = world.kubetun("--profile", "sample")) {
                running.awaitLine("Ready", Duration.ofSeconds(30));
                assertThat(world.sure("curl", "-sS", "http://127.0.0.1:11091/")).contains("\"app\":\"a\"");
                assertThat(new Socks(world, "127.0.0.1:11092").curl("http://echo.lab/"))
                        .contains("\"app\":\"echo\"");
            }
        }
    }

    /** Maven on the sample alone, with a repository that holds nothing of ours but the SPI as it was just built. */
    private Path build() throws IOException, InterruptedException {
        Path sample = scratch.resolve("sample");
        copy(ROOT.resolve("examples/tcp-forward"), sample);
        Path repository = scratch.resolve("repository");
        Path spi = ROOT.resolve("spi/target/kubetun-spi-0.1.0.jar");
        assumeTrue(Files.exists(spi), "the SPI is not packaged: run ./mvnw verify from the root");
        install(spi, ROOT.resolve("spi/pom.xml"), repository);
        install(ROOT.resolve("pom.xml"), ROOT.resolve("pom.xml"), repository);
        Path settings = scratch.resolve("settings.xml");
        Files.writeString(settings, """
                <settings><profiles><profile><id>spi</id><repositories><repository>
                  <id>spi</id><url>%s</url>
                </repository></repositories></profile></profiles>
                <activeProfiles><activeProfile>spi</activeProfile></activeProfiles></settings>
                """.formatted(repository.toUri()));
        maven("-s", settings.toString(), "-f", sample.resolve("pom.xml").toString(), "package");
        try (var jars = Files.list(sample.resolve("target"))) {
            return jars.filter(jar -> jar.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void install(Path file, Path pom, Path repository) throws IOException, InterruptedException {
        maven(
                "org.apache.maven.plugins:maven-install-plugin:3.2.0:install-file",
                "-Dfile=" + file,
                "-DpomFile=" + pom,
                "-DlocalRepositoryPath=" + repository);
    }

    private static void maven(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(ROOT.resolve("mvnw").toString(), "-B", "-q", "-ntp");
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
        Result result = new Running(builder).await(BUILD);
        assertThat(result.status()).as(result.output()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (!file.toString().contains("target")) {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                }
            }
        }
    }

    @Test
    void aProfileStartsAllOfItsModesOrNone() throws Exception {
        try (World world = World.open(scratch)) {
            Path profile = world.home().resolve(".config/kubetun/profiles/half.conf");
            Files.createDirectories(profile.getParent());
            Files.writeString(profile, """
                    kubetun.modes {
                      socks { listen = "127.0.0.1:11093" }
                      hosts-fwd { hosts-path = "/nonexistent/hosts" }
                    }
                    """);
            Result result = world.kubetun(Map.of(), "--profile", "half").await(Duration.ofSeconds(40));
            assertThat(result.status()).isEqualTo(62);
            assertThat(world.run("curl", "-sS", "--max-time", "2", "http://127.0.0.1:11093/")
                            .status())
                    .isEqualTo(7);
        }
    }
}
