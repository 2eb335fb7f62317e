package io.kubetun.host.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.ChildJvm;
import io.kubetun.host.LocalHostProvider;
import io.kubetun.host.hosts.HostsBlock;
import io.kubetun.host.namespace.ImmediateEffects;
import io.kubetun.host.natives.ListeningSocket;
import io.kubetun.host.natives.Users;
import io.kubetun.host.resolver.LinkNames;
import io.kubetun.host.resolver.ResolverBlock;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.Host.HostsEntry;
import io.kubetun.spi.host.SystemNames;
import io.kubetun.spi.host.TunSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HelperTest {
    private static final String ORIGINAL = "127.0.0.1 localhost";

    @TempDir
    Path folder;

    private Path file;
    private Path socket;
    private HelperServer server;
    private CompletableFuture<String> ended;

    @BeforeEach
    void makeFile() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the helper runs on Linux");
        file = Files.writeString(folder.resolve("hosts"), ORIGINAL);
        socket = folder.resolve("run/1000/x/helper.sock");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void namesComeAndGoWithTheSession() throws Exception {
        start(Users.current());
        try (HelperClient client = HelperClient.connect(socket)) {
            Effect block = client.hostsBlock(block("a1", "127.1.27.1", "echo"));
            assertThat(block.keptByHelper()).isTrue();
            assertThat(block.key()).isEqualTo(file + "#a1");

            block.apply();
            assertThat(file).content().contains("127.1.27.1 echo #kubetun:a1");
            client.hostsBlock(block("b2", "127.1.27.2", "web")).apply();
            block.undo();
            assertThat(file).content().contains("web").doesNotContain("echo");
        }
        assertThat(file).hasContent(ORIGINAL);
        assertThat(ended.get()).isEqualTo("the session has ended");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void twoSessionsAreServedAndTheHelperEndsWithTheLast() throws Exception {
        start(Users.current());
        try (HelperClient first = HelperClient.connect(socket)) {
            first.hostsBlock(block("a1", "127.1.27.1", "echo")).apply();
            try (HelperClient second = HelperClient.connect(socket)) {
                second.hostsBlock(block("b2", "127.2.27.1", "web")).apply();
                assertThat(file).content().contains("echo").contains("web");
            }
            // What the first one asks for next is done after the second one's end was seen, or before: never lost.
            first.hostsBlock(block("a1", "127.1.27.1", "still")).apply();
            assertThat(file).content().contains("still");
            assertThat(ended).isNotDone();
        }
        assertThat(ended.get()).isEqualTo("the session has ended");
        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void theHostUsesTheHelperForWhatItMayNotWrite() throws Exception {
        assumeTrue(Users.current() != Users.ROOT || Files.isWritable(file), "root may write all files");
        start(Users.current());
        try (Host host = new LocalHostProvider(folder.resolve("own")).open(Optional.of(socket))) {
            List<HostsEntry> entries = List.of(entry("127.1.27.1", "echo"));
            assertThat(host.hostsBlock(file, "a1", entries).keptByHelper()).isFalse();
            assertThat(host.hostsBlock(folder.resolve("absent"), "a1", entries).keptByHelper())
                    .isTrue();
            assertThat(host.lost().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void aListeningSocketIsPassed() throws Exception {
        start(Users.current());
        int port = freePort();
        try (HelperClient client = HelperClient.connect(socket)) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.9.8.7"), port);
            int descriptor = client.listeningSocket(address);
            try (SocketChannel connection = SocketChannel.open(address)) {
                assertThat(connection.isConnected()).isTrue();
            }
            assertThatThrownBy(() -> client.listeningSocket(address))
                    .isInstanceOfSatisfying(
                            KubetunException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE));
            ListeningSocket.close(descriptor);
            ListeningSocket.close(client.listeningSocket(address));
            ListeningSocket.close(client.listeningSocket(new InetSocketAddress(InetAddress.ofLiteral("::1"), port)));
        }
    }

    @Test
    void noDescriptorIsLeftOpen() throws Exception {
        start(Users.current());
        try (HelperClient client = HelperClient.connect(socket)) {
            long before = openDescriptors();
            for (int i = 0; i < 200; i++) {
                InetSocketAddress address =
                        new InetSocketAddress(InetAddress.ofLiteral("127.9.9." + (i + 1)), freePort());
                ListeningSocket.close(client.listeningSocket(address));
            }
            assertThat(openDescriptors()).isLessThan(before + 20);
        }
    }

    @Test
    void whatIsNotAllowedIsRefusedAndTheHelperGoesOn() throws Exception {
        start(Users.current());
        try (HelperClient client = HelperClient.connect(socket)) {
            Path other = Files.writeString(folder.resolve("other"), "x");
            HostsBlock elsewhere =
                    new HostsBlock(other, "a1", List.of(entry("127.1.27.1", "echo")), folder.resolve("own"));
            assertThatThrownBy(() -> client.hostsBlock(elsewhere).apply())
                    .isInstanceOf(KubetunException.class)
                    .hasMessageContaining("it was started for " + file);
            assertThatThrownBy(() ->
                            client.hostsBlock(block("a1", "10.0.0.1", "bank")).apply())
                    .hasMessageContaining("only loopback");
            for (String address : List.of("0.0.0.0", "10.0.0.1", "::", "1.1.1.1")) {
                assertThatThrownBy(
                                () -> client.listeningSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 80)))
                        .hasMessageContaining("no loopback address");
            }
            for (String line :
                    List.of("127.0.0.1 a\n10.0.0.1 bank", "127.0.0.1", "x", "localhost a", "127.0.0.1 a#b")) {
                assertThatThrownBy(() -> client.call(new Request.PutHosts(file, "a1", List.of(line))))
                        .isInstanceOf(KubetunException.class);
            }
            assertThatThrownBy(() -> client.call(new Request.PutHosts(file, "a\nb", List.of("127.0.0.1 a"))))
                    .isInstanceOf(KubetunException.class);
            client.call(new Request.Undo("hosts-block", "of nobody"));
            client.call(new Request.Ping());
        }
        assertThat(file).hasContent(ORIGINAL);
        assertThat(folder.resolve("other")).hasContent("x");
    }

    @Test
    void whenTheHelperGoesTheSessionIsTold() throws Exception {
        start(Users.current());
        try (HelperClient client = HelperClient.connect(socket)) {
            client.hostsBlock(block("a1", "127.1.27.1", "echo")).apply();

            server.close();

            assertThat(file).hasContent(ORIGINAL);
            assertThat(ended.get()).isEqualTo("it was told to stop");
            assertThat(client.lost().toCompletableFuture().get(5, TimeUnit.SECONDS))
                    .isEqualTo("it has ended");
            assertThatThrownBy(() -> client.call(new Request.Ping()))
                    .isInstanceOfSatisfying(
                            KubetunException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_LOST));
        }
    }

    @Test
    void theMachinesNameServerComesAndGoesWithTheSession() throws Exception {
        String original = "nameserver 192.0.2.1";
        Path resolver = Files.writeString(folder.resolve("resolv.conf"), original);
        start(Users.current());
        SystemNames names = new SystemNames(
                "ab01",
                "staging",
                InetAddress.ofLiteral("127.53.9.53"),
                "cluster.local",
                List.of("lab.svc.cluster.local"));
        try (HelperClient client = HelperClient.connect(socket)) {
            Effect block =
                    client.resolver(ResolverBlock.of(resolver, Users.current(), names, false, folder.resolve("state")));
            block.apply();
            assertThat(resolver).content().contains("nameserver 127.53.9.53", "search lab.svc.cluster.local");
            assertThatThrownBy(block::apply)
                    .isInstanceOf(KubetunException.class)
                    .hasMessageContaining("for this session");
            block.undo();
            assertThat(Files.readString(resolver)).isEqualTo(original);
            block.apply();
            assertThatThrownBy(client.linkNames(new LinkNames(new TunSettings(7, false), names))::apply)
                    .isInstanceOf(KubetunException.class)
                    .hasMessageContaining("not made it for this session");
        }
        assertThat(Files.readString(resolver)).isEqualTo(original);
    }

    @Test
    void aUdpSocketIsPassedOn() throws Exception {
        start(Users.current());
        try (HelperClient client = HelperClient.connect(socket);
                DatagramSocket taken = new DatagramSocket(0, InetAddress.ofLiteral("127.9.8.3"))) {
            int free = freePort();
            int passed = client.datagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.9.8.3"), free));
            assertThatThrownBy(() -> new DatagramSocket(free, InetAddress.ofLiteral("127.9.8.3")).close())
                    .isInstanceOf(BindException.class);
            ListeningSocket.close(passed);
            assertThatThrownBy(() -> client.datagramSocket((InetSocketAddress) taken.getLocalSocketAddress()))
                    .isInstanceOfSatisfying(
                            KubetunException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE));
            assertThatThrownBy(
                            () -> client.datagramSocket(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), free)))
                    .isInstanceOf(KubetunException.class)
                    .hasMessageContaining("no loopback address");
        }
    }

    @Test
    void aHelperToWhichNobodyComesEnds() throws Exception {
        server = new HelperServer(settings(Users.current()), new ImmediateEffects(), Duration.ofMillis(50));

        assertThat(server.run()).startsWith("no session came");
        assertThat(socket).doesNotExist();
        assertThatThrownBy(() -> HelperClient.connect(socket))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("sudo");
    }

    @Test
    void aFolderThatOthersMayWriteIsRefused() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setAttribute(shared, "unix:mode", 0777);
        HelperSettings settings = new HelperSettings(
                shared.resolve("s"), Users.current(), file, folder.resolve("resolv.conf"), folder.resolve("st"));

        assertThatThrownBy(() -> new HelperServer(settings, new ImmediateEffects()))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("may write");
    }

    @Test
    void aKilledSessionLeavesNothing(@TempDir Path classes) throws Exception {
        openFolder();
        start(1000);
        int port = freePort();
        try (ChildJvm session = ChildJvm.startAsUser(
                classes,
                HelperSession.class,
                socket.toString(),
                file.toString(),
                "127.9.8.6",
                Integer.toString(port))) {
            assertThat(session.readLine()).isEqualTo("uid 1000 kept by the helper");
            assertThat(file).content().contains("127.1.27.1 echo #kubetun:child");
            try (SocketChannel connection =
                    SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.9.8.6"), port))) {
                assertThat(connection.isConnected()).isTrue();
            }

            session.kill();

            assertThat(ended.get(5, TimeUnit.SECONDS)).isEqualTo("the session has ended");
            assertThat(file).hasContent(ORIGINAL);
        }
    }

    @Test
    void anOrdinaryUserGetsALowPort(@TempDir Path classes) throws Exception {
        int port = Math.min(80, firstUnprivilegedPort() - 1);
        assumeTrue(port > 0, "net.ipv4.ip_unprivileged_port_start is " + (port + 1) + ": everybody may use every port");
        openFolder();
        start(1000);
        try (ChildJvm session = ChildJvm.startAsUser(
                classes,
                HelperSession.class,
                socket.toString(),
                file.toString(),
                "127.9.8.5",
                Integer.toString(port))) {
            assertThat(session.readLine()).isEqualTo("uid 1000 kept by the helper");
            session.writeLine("end");
            assertThat(session.waitFor()).isZero();
            assertThat(file).hasContent(ORIGINAL);
        }
    }

    @Test
    void anotherUserIsTurnedAway(@TempDir Path classes) throws Exception {
        openFolder();
        start(1001);
        // Root may connect to any socket, so that here the uid is what refuses; the mode refuses uid 1000.
        assertThatThrownBy(() -> HelperClient.connect(socket)).isInstanceOf(KubetunException.class);
        try (ChildJvm session = ChildJvm.startAsUser(
                classes,
                HelperSession.class,
                socket.toString(),
                file.toString(),
                "127.9.8.4",
                Integer.toString(freePort()))) {
            assertThat(session.readLine()).contains("Permission denied");
        }
        assertThat(ended).isNotDone();
    }

    private void start(int uid) throws KubetunException {
        server = new HelperServer(settings(uid), new ImmediateEffects());
        ended = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> ended.complete(server.run()));
    }

    private HelperSettings settings(int uid) {
        return new HelperSettings(socket, uid, file, folder.resolve("resolv.conf"), folder.resolve("state"));
    }

    private void openFolder() throws IOException {
        assumeTrue(Users.current() == Users.ROOT, "only root can serve another user");
        Files.setAttribute(folder, "unix:mode", 0755);
    }

    private HostsBlock block(String owner, String address, String name) {
        return new HostsBlock(file, owner, List.of(entry(address, name)), folder.resolve("own"));
    }

    private static HostsEntry entry(String address, String name) {
        return new HostsEntry(InetAddress.ofLiteral(address), List.of(name));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static long openDescriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /** Files below /proc/sys give their text to the first read alone, which must therefore have room for it. */
    private static int firstUnprivilegedPort() throws IOException {
        try (BufferedReader setting =
                Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))) {
            return Integer.parseInt(setting.readLine().strip());
        }
    }
}
