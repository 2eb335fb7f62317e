package io.kubetun.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** dnsjava offers itself to the JVM as the one who looks names up; it must not be taken. */
class JvmLookupTest {
    private static final Path LIB = Path.of("../distribution/target/kubetun/lib");
    private static final String OFFERED = "org.xbill.DNS.spi.DnsjavaInetAddressResolverProvider";
    private static final String TAKEN = "org.xbill.DNS.spi.DnsjavaInetAddressResolver ";

    @TempDir
    Path folder;

    @Test
    void theJvmLooksNamesUpAsEver() throws Exception {
        assumeTrue(Files.isDirectory(LIB), "the installation is not built: run ./mvnw verify from the root");
        assertThat(loaded()).contains(OFFERED).doesNotContain(TAKEN);
        assertThat(loaded("-Dorg.dnsjava.spi.enable=true"))
                .as("how it looks when it is taken")
                .contains(TAKEN);
    }

    /** The classes that a look-up loads, with the modules of the installation in the boot layer. */
    private String loaded(String... options) throws Exception {
        Path program = folder.resolve("Lookup.java");
        Files.writeString(program, """
                void main() throws Exception {
                    java.net.InetAddress.getByName("localhost");
                }
                """);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-Xlog:class+load",
                "--module-path",
                LIB.toString(),
                "--add-modules",
                "ALL-MODULE-PATH",
                program.toString()));
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor()).as(output).isZero();
        return output;
    }
}
