package io.kubetun.kernel.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.KubetunException;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private EventBus bus;
    private NettyTransport transport;
    private ControlCommands commands;
    private ControlServer server;

    @BeforeEach
    void open() throws Exception {
        folder = home.resolve("run");
        Sessions none = new Sessions(
                () -> {
                    throw new IllegalStateException("no session starts here");
                },
                Set::of);
        bus = new EventBus();
        transport = new NettyTransport(1, new UnpooledByteBufAllocator(false));
        commands = new ControlCommands(none, bus, address -> address);
        server = ControlServer.ofProcess(folder, transport, commands);
    }

    @AfterEach
    void close() {
        server.close();
        transport.close();
        bus.close();
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
        assertThat(ask("{\"version\":2,\"command\":\"dance\"}\n"))
                .contains("\"ok\":false")
                .contains("dance");
        assertThat(ask("{\"version\":1,\"command\":\"status\"}\n"))
                .contains("\"ok\":false")
                .contains("version 2")
                .contains("kubetun quit");
        assertThat(ask("{\"version\":2}\n")).contains("\"ok\":false");
        assertThat(ask("{\"version\":2,\"command\":\"status\"}\n"))
                .contains("\"ok\":true")
                .contains("\"sessions\":[]");
        assertThatThrownBy(() -> ask("this is no JSON\n")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ask("x".repeat(1024 * 1024))).isInstanceOf(IOException.class);
        assertThat(ask("{\"version\":2,\"command\":\"status\"}\n")).contains("\"ok\":true");
    }

    @Test
    void servesOnWhileManyConnectionsSayNothing() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(SocketChannel.open(UnixDomainSocketAddress.of(server.path())));
        }
        // Each is cut after the time a request may take; then it is our turn.
        assertThat(ask("{\"version\":2,\"command\":\"status\"}\n")).contains("\"ok\":true");
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
        assertThat(new Kernels(folder).status()).isEmpty();
        assertThat(dead).doesNotExist();
        assertThat(server.path()).exists();
    }

    @Test
    void findsNobodyWhereNobodyIs() throws Exception {
        assertThat(new Kernels(home.resolve("none")).status()).isEmpty();
        server.close();
        assertThat(server.path()).doesNotExist();
        assertThat(new Kernels(folder).status()).isEmpty();
    }

    @Test
    void saysWhatToDoWhenTheFolderIsUnusable() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> ControlServer.ofProcess(file, transport, commands))
                .withMessageContaining("XDG_RUNTIME_DIR");
    }

    private String ask(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            return Optional.ofNullable(lines.readLine()).orElseThrow(() -> new IOException("no answer"));
        }
    }
}
