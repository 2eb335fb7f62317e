package io.kubetun.host.helper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.ChildJvm;
import io.kubetun.host.LocalHostProvider;
import io.kubetun.host.natives.ListeningSocket;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.SystemNames;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A helper in namespaces of this user, as it is for {@code kubetun shell}. */
@Timeout(60)
class NamespaceHelperTest {
    private static final List<String> NAMESPACES =
            List.of("unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--mount", "--");

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int HANGUP = 129;

    @TempDir
    Path folder;

    private Path socket;
    private Process program;
    private ChildJvm helper;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "namespaces are Linux's");
        List<String> attempt = new ArrayList<>(NAMESPACES);
        attempt.add("true");
        assumeTrue(new ProcessBuilder(attempt).start().waitFor() == 0, "this user may make no namespaces here");
        socket = folder.resolve("helpers/1/helper.sock");
        program = new ProcessBuilder("cat").start();
        helper = ChildJvm.startBy(NAMESPACES, NamespaceHelper.class, socket.toString(), Long.toString(program.pid()));
        assertThat(helper.readLine()).isEqualTo("ready");
    }

    @AfterEach
    void stop() {
        if (program != null) {
            program.destroyForcibly();
        }
        if (helper != null) {
            helper.close();
        }
    }

    private Host open() throws Exception {
        return new LocalHostProvider(folder.resolve("own")).open(Optional.of(socket));
    }

    /** Runs something in the namespaces of the helper. */
    private Process inside(String... command) throws IOException {
        long pid = ProcessHandle.current()
                .children()
                .filter(each -> each.info().commandLine().orElse("").contains(NamespaceHelper.class.getName()))
                .findFirst()
                .orElseThrow()
                .pid();
        List<String> all = new ArrayList<>(List.of(
                "nsenter",
                "--preserve-credentials",
                "--user",
                "--net",
                "--mount",
                "--target",
                Long.toString(pid),
                "--"));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    private String shown(String... command) throws Exception {
        Process process = inside(command);
        String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(shown).isZero();
        return shown;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void socketsOfAnyPortAreOpenedInTheNamespaceAlone() throws Exception {
        try (Host host = open()) {
            assertThat(host.ownNetwork()).isTrue();
            int low = host.listeningSocket(at("127.0.0.1", 80));
            int any = host.listeningSocket(at("127.0.0.1", 0));
            int datagrams = host.datagramSocket(at("127.53.0.53", 53));
            assertThat(shown("cat", "/proc/net/tcp")).contains("0100007F:0050");
            assertThat(shown("cat", "/proc/net/udp")).contains("3500357F:0035");
            assertThat(Files.readString(Path.of("/proc/net/udp"))).doesNotContain("3500357F:0035");
            List.of(low, any, datagrams).forEach(ListeningSocket::close);
        }
    }

    @Test
    void allThatLeavesTheNamespaceGoesIntoItsDevice() throws Exception {
        Path device = Path.of("/dev/net/tun");
        assumeTrue(Files.isReadable(device) && Files.isWritable(device), "this user may not open " + device);
        try (Host host = open()) {
            TunSettings settings = new TunSettings(0, true);
            Tun tun = host.tun(settings);
            tun.effect().apply();
            host.route(settings, Cidr.of("0.0.0.0/0"), List.of()).apply();
            host.route(settings, Cidr.of("::/0"), List.of()).apply();
            try (PacketDevice packets = tun.open()) {
                assertThat(packets.name()).isEqualTo("kubetun0");
                assertThat(shown("cat", "/proc/net/route")).containsPattern("kubetun0\\s+00000000\\s+00000000");
                assertThat(shown("cat", "/proc/net/ipv6_route")).containsPattern("(?m)^0{32} 00 .*kubetun0$");
                assertThat(Files.readString(Path.of("/proc/net/dev"))).doesNotContain("kubetun0:");
            }
        }
    }

    @Test
    void aConnectionIntoADeviceThatGoesFailsAtOnce() throws Exception {
        Path device = Path.of("/dev/net/tun");
        assumeTrue(Files.isReadable(device) && Files.isWritable(device), "this user may not open " + device);
        try (Host host = open()) {
            TunSettings settings = new TunSettings(0, false);
            Tun tun = host.tun(settings);
            tun.effect().apply();
            host.route(settings, Cidr.of("0.0.0.0/0"), List.of()).apply();
            Process waiting = inside("bash", "-c", "exec 3<>/dev/tcp/10.96.0.7/80");
            while (!shown("cat", "/proc/net/tcp").contains("0700600A:0050 02")) {
                assertThat(waiting.isAlive()).isTrue();
            }
            tun.effect().undo();
            assertThat(waiting.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(waiting.getInputStream().readAllBytes(), UTF_8))
                    .contains("Software caused connection abort");
        }
    }

    @Test
    void onlyTheProgramsInTheNamespaceSeeItsNameServer() throws Exception {
        assumeTrue(Files.exists(RESOLV_CONF), "this machine has no resolv.conf");
        String before = Files.readString(RESOLV_CONF);
        try (Host host = open()) {
            List<Effect> effects = host.systemNames(new SystemNames(
                    "a1b2",
                    "shell",
                    InetAddress.ofLiteral("127.53.0.53"),
                    "cluster.local",
                    List.of("lab.svc.cluster.local", "svc.cluster.local", "cluster.local")));
            for (Effect effect : effects) {
                assertThat(effect.keptByHelper()).isTrue();
                effect.apply();
            }
            assertThat(shown("cat", "/etc/resolv.conf"))
                    .contains("nameserver 127.53.0.53\n", "search lab.svc.cluster.local svc.cluster.local", "ndots:5");
            assertThat(Files.readString(RESOLV_CONF)).isEqualTo(before);
            assertThat(shown("ls", socket.getParent().toString())).contains("helper.sock");
        }
    }

    @Test
    void theProgramsEndIsTheNetworksEnd() throws Exception {
        try (Host host = open()) {
            Process other = inside("sleep", "600");
            assertThat(other.isAlive()).isTrue();
            program.destroyForcibly();
            assertThat(helper.waitFor()).isZero();
            assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(other.exitValue()).isIn(HANGUP, 1);
            assertThat(host.lost().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isNotBlank();
        }
        assertThat(socket.getParent().getParent()).doesNotExist();
    }

    @Test
    void aHelperThatIsKilledLeavesNothing() throws Exception {
        Process other;
        try (Host host = open()) {
            other = inside("sleep", "600");
            assertThat(shown("true")).isEmpty();
            helper.kill();
            host.lost().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(socket.getParent().getParent()).doesNotExist();
        assertThat(program.isAlive()).isTrue();
    }
}
