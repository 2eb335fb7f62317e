package io.kubetun.host.helper;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadHelpersTest {
    @TempDir
    private Path folder;

    @Test
    void takesAwayOnlyWhatNobodyListensOn() throws Exception {
        Path dead = socket("11");
        listen(dead).close();
        Path living = socket("12");
        Path file = Files.writeString(folder.resolve("13"), "no folder");
        Path foreign = Files.createDirectories(folder.resolve("other"));
        try (ServerSocketChannel _ = listen(living)) {
            remove(Instant.now());
            assertThat(dead).as("it may be just being made").exists();
            remove(Instant.now().plus(DeadHelpers.BEING_MADE.multipliedBy(2)));
            assertThat(dead.getParent()).doesNotExist();
            assertThat(living).exists();
            assertThat(file).exists();
            assertThat(foreign).exists();
            assertThat(folder.resolve("10")).exists();
        }
    }

    private void remove(Instant now) throws Exception {
        new DeadHelpers(socket("10"), InstantSource.fixed(now)).remove();
    }

    private Path socket(String process) throws Exception {
        return Files.createDirectories(folder.resolve(process)).resolve("helper.sock");
    }

    private static ServerSocketChannel listen(Path socket) throws Exception {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }
}
