package io.kubetun.kernel.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlServerTest {
    @TempDir
    private Path home;

    private Path folder;
    private ControlServer server;

    @BeforeEach
    void open() throws Exception {
        folder = home.resolve("run");
        Sessions none = new Sessions(
                () -> {
                    throw new IllegalStateException("no session starts here");
                },
                Set::of);
        server = ControlServer.open(folder, none);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void isForItsUserOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.path())))
                .isEqualTo("rw-------");
        assertThat(server.path().getFileName())
                .hasToString(ProcessHandle.current().pid() + ".sock");
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        assertThat(ask("{\"version\":1,\"command\":\"dance\"}\n"))
                .contains("\"ok\":false")
                .contains("dance");
        assertThat(ask("{\"version\":2,\"command\":\"status\"}\n"))
                .contains("\"ok\":false")
                .contains("version 1");
        assertThat(ask("{\"version\":1}\n")).contains("\"ok\":false");
        assertThat(ask("{\"version\":1,\"command\":\"status\"}\n"))
                .contains("\"ok\":true")
                .contains("\"sessions\":[]");
        assertThatThrownBy(() -> ask("this is no JSON\n")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask("x".repeat(1024 * 1024))).isInstanceOf(IOException.class);
        assertThat(ask("{\"version\":1,\"command\":\"status\"}\n")).contains("\"ok\":true");
    }

    @Test
    void servesOnWhileManyConnectionsSayNothing() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(SocketChannel.open(UnixDomainSocketAddress.of(server.path())));
        }
        // Each is cut after the time a request may take; then it is our turn.
        assertThat(ask("{\"version\":1,\"command\":\"status\"}\n")).contains("\"ok\":true");
        for (SocketChannel channel : silent) {
            channel.close();
        }
    }

    @Test
    void removesTheSocketsOfDeadProcesses() throws Exception {
        Path dead = folder.resolve("4194305.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(dead))
                .close();
        assertThat(dead).exists();
        assertThat(ControlClient.statusOfAll(folder)).isEmpty();
        assertThat(dead).doesNotExist();
        assertThat(server.path()).exists();
    }

    @Test
    void findsNobodyWhereNobodyIs() throws Exception {
        assertThat(ControlClient.statusOfAll(home.resolve("none"))).isEmpty();
        server.close();
        assertThat(server.path()).doesNotExist();
        assertThat(ControlClient.statusOfAll(folder)).isEmpty();
    }

    @Test
    void saysWhatToDoWhenTheFolderIsUnusable() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> ControlServer.open(file, new Sessions(() -> null, Set::of)))
                .withMessageContaining("XDG_RUNTIME_DIR");
    }

    private String ask(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return ControlMessage.readLine(channel, 100_000);
        }
    }
}
