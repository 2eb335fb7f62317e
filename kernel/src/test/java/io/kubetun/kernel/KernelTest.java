package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A kernel with sessions on real sockets and files; the cluster is loopback. */
@Timeout(60)
class KernelTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private final LoopbackProviders installation = new LoopbackProviders();
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private KernelSettings settings;
    private ServerSocket server;
    private Kernel kernel;

    @BeforeEach
    void start() throws Exception {
        settings = new KernelSettings(folder.resolve("state"), folder.resolve("run"), 2, 100);
        server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        installation.modes.put("one", new ForwardFactory("one", installation.journal::add));
        installation.modes.put("two", new ForwardFactory("two", installation.journal::add));
        kernel = new Kernel(settings, installation.services(), Optional.empty());
    }

    @AfterEach
    void stop() throws IOException {
        kernel.close();
        server.close();
    }

    @Test
    void startsAllModesInOrderAndCarriesFlows() throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        kernel.events().subscribe("test", events::add);
        Session session = kernel.start(request(Map.of()), progress::add);
        assertThat(session.id()).matches("[0-9a-f]{4}");
        assertThat(installation.journal).containsExactly("open host", "open cluster", "start one", "start two");
        assertThat(progress).anyMatch(line -> line.contains("loopback/x") && line.contains("v1.34.4"));
        SessionStatus status = session.status();
        assertThat(status.state()).isEqualTo(State.READY);
        assertThat(status.modes()).extracting(SessionStatus.ModeStatus::name).containsExactly("one", "two");
        try (Socket client = connect(status);
                Socket accepted = server.accept()) {
            client.getOutputStream().write(1);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);
            assertThat(session.status().flowsOpen()).isEqualTo(1);
            assertThat(session.status().bytesSent()).isEqualTo(1);
        }
        Await.until("it is told", SOON, () -> events.stream().anyMatch(Event.SessionUp.class::isInstance));
    }

    @Test
    void endsInOrderWithinASecondAndLeavesNothing() throws Exception {
        Session session = kernel.start(request(Map.of()), progress::add);
        SessionStatus status = session.status();
        try (Socket client = connect(status);
                Socket accepted = server.accept()) {
            client.getOutputStream().write(1);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);
            long start = System.nanoTime();
            session.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
        }
        assertThat(installation.journal).endsWith("stop two", "stop one", "close cluster");
        assertThat(folder.resolve("one")).doesNotExist();
        assertThat(folder.resolve("two")).doesNotExist();
        assertThat(journals()).isEmpty();
        assertThat(session.ended().get(1, TimeUnit.SECONDS)).isEqualTo("stopped");
        assertThat(session.status().state()).isEqualTo(State.STOPPING);
        assertThat(kernel.sessions()).isEmpty();
        assertThatThrownBy(() -> connect(status)).isInstanceOf(IOException.class);
        session.close();
    }

    @Test
    void startsNoneWhenOneModeFails() throws Exception {
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> kernel.start(request(Map.of("two", "told")), progress::add))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE));
        assertThat(installation.journal)
                .containsExactly("open host", "open cluster", "start one", "start two", "stop one", "close cluster");
        assertNothingIsLeft();
    }

    @Test
    void blamesThePluginWhenAModeThrowsSomethingElse() {
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> kernel.start(request(Map.of("one", "bug")), progress::add))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_BROKEN));
        assertNothingIsLeft();
    }

    @Test
    void startsNothingForAnUnknownModeOrAClusterThatIsDown() {
        installation.modes.remove("two");
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> kernel.start(request(Map.of()), progress::add))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_UNKNOWN));
        installation.modes.put("two", new ForwardFactory("two", installation.journal::add));
        installation.unreachable = true;
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> kernel.start(request(Map.of()), progress::add))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE));
        assertThat(installation.journal).doesNotContain("start one");
        assertNothingIsLeft();
    }

    @Test
    void stopsAStartThatHangsWhenItsCallerIsInterrupted() throws Exception {
        FutureTask<Session> start = hangingStart();
        Thread caller = Thread.ofPlatform().start(start);
        Await.until("it hangs", SOON, () -> installation.journal.contains("start two"));
        caller.interrupt();
        assertThatThrownBy(() -> start.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertNothingIsLeft();
    }

    @Test
    void stopsAStartThatHangsWhenTheKernelCloses() throws Exception {
        FutureTask<Session> start = hangingStart();
        Thread.ofPlatform().start(start);
        Await.until("it hangs", SOON, () -> installation.journal.contains("start two"));
        long begin = System.nanoTime();
        kernel.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThatThrownBy(() -> start.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertNothingIsLeft();
    }

    @Test
    void followsLinksAndModesInItsState() throws Exception {
        Session session = kernel.start(request(Map.of()), progress::add);
        var events = installation.environments.getFirst().events();
        events.publish(new Event.LinkLost(session.id(), "api", "it is down"));
        assertThat(session.status().state()).isEqualTo(State.RECONNECTING);
        assertThat(session.status().why()).hasValue("api: it is down");
        events.publish(new Event.LinkRestored(session.id(), "api"));
        assertThat(session.status().state()).isEqualTo(State.READY);
        events.publish(new Event.ModeFailed(session.id(), "one", "no more"));
        assertThat(session.status().state()).isEqualTo(State.DEGRADED);
        assertThat(session.status().why()).hasValue("one: no more");
    }

    @Test
    void repairsWhatADeadKernelLeftWhenItStarts() throws Exception {
        kernel.start(request(Map.of()), progress::add);
        Path dead = folder.resolve("dead");
        Files.createDirectories(dead.resolve("journal"));
        for (Path journal : journals()) {
            if (journal.toString().endsWith(".journal")) {
                Files.copy(journal, dead.resolve("journal").resolve("a1b2.4194305-1.journal"));
            }
        }
        KernelSettings after = new KernelSettings(dead, folder.resolve("run"), 1, 10);
        try (Kernel next = new Kernel(after, installation.services(), Optional.empty())) {
            assertThat(next.repaired().undone()).hasSize(2);
            assertThat(folder.resolve("one")).doesNotExist();
            assertThat(folder.resolve("two")).doesNotExist();
        }
        try (Stream<Path> left = Files.list(dead.resolve("journal"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void isSeenAndStoppedByOtherProcesses() throws Exception {
        Session session = kernel.start(request(Map.of()), progress::add);
        try (Kernel other = new Kernel(settings, installation.services(), Optional.empty())) {
            Session second = other.start(request(Map.of()), progress::add);
            assertThat(kernels().status()).containsExactlyInAnyOrder(session.status(), second.status());
        }
        assertThat(kernels().status()).containsExactly(session.status());
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> kernels().find("none"))
                .withMessageContaining("kubetun status");
        kernels().find(session.id()).kernel().stop(session.id(), "stopped by another process");
        assertThat(session.ended()).isCompletedWithValue("stopped by another process");
        assertThat(kernels().status()).isEmpty();
    }

    @Test
    void countsSessionsWhileTheyLive() throws Exception {
        Session session = kernel.start(request(Map.of()), progress::add);
        var registry = kernel.metrics().registry();
        try (Socket client = connect(session.status());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[5]);
            assertThat(accepted.getInputStream().readNBytes(5)).hasSize(5);
            assertThat(registry.get("kubetun.flows.open")
                            .tag("session", session.id())
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(registry.get("kubetun.flow.bytes")
                            .tag("direction", "sent")
                            .functionCounter()
                            .count())
                    .isEqualTo(5);
            assertThat(registry.get("kubetun.flows")
                            .tag("mode", "one")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        }
        session.close();
        assertThat(registry.getMeters()).noneMatch(meter -> meter.getId().getTag("session") != null);
    }

    @Test
    void keepsStateToItsUser() throws Exception {
        kernel.start(request(Map.of()), progress::add);
        try (Stream<Path> folders = Files.find(folder.resolve("state"), 5, (path, at) -> at.isDirectory())) {
            assertThat(folders)
                    .isNotEmpty()
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo("rwx------"));
        }
    }

    private void assertNothingIsLeft() {
        assertThat(folder.resolve("one")).doesNotExist();
        assertThat(folder.resolve("two")).doesNotExist();
        assertThat(kernel.sessions()).isEmpty();
        assertThat(journals()).isEmpty();
    }

    private Kernels kernels() {
        return new Kernels(settings.runtimeFolder());
    }

    private SessionRequest request(Map<String, String> faults) {
        return SessionRequest.here(profile(faults), Optional.empty());
    }

    private FutureTask<Session> hangingStart() {
        return new FutureTask<>(() -> kernel.start(request(Map.of("two", "hang")), progress::add));
    }

    private List<Path> journals() {
        try (Stream<Path> files = Files.list(folder.resolve("state").resolve("journal"))) {
            return files.toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private Socket connect(SessionStatus status) throws IOException {
        InetSocketAddress entrance =
                status.modes().getFirst().listening().getFirst().address();
        Socket socket = new Socket(entrance.getAddress(), entrance.getPort());
        socket.setSoTimeout(5000);
        return socket;
    }

    private Profile profile(Map<String, String> failures) {
        Map<String, Config> modes = new LinkedHashMap<>();
        for (String name : List.of("one", "two")) {
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("target", server.getLocalPort());
            options.put("file", folder.resolve(name).toString());
            if (failures.containsKey(name)) {
                options.put("fail", failures.get(name));
            }
            modes.put(name, ConfigFactory.parseMap(options));
        }
        return new Profile("test", Optional.empty(), ConfigFactory.empty(), modes, ConfigFactory.empty());
    }
}
