package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.RunningKernel.Flow;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionStatus.ModeState;
import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Modes that come to a living session and go from it, while the flows of the others go on. */
@Timeout(60)
class SessionChangeTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private RunningKernel running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningKernel(folder);
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
    }

    private static void refused(ErrorCode code, String next, ThrowingCallable change) {
        assertThatExceptionOfType(KubetunException.class).isThrownBy(change).satisfies(e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.next()).contains(next);
        });
    }

    private static List<String> modes(Session session) {
        return session.status().modes().stream().map(ModeStatus::name).toList();
    }

    @Test
    void addsAModeAndDropsOneWhileAFlowOfAnotherGoesOn() throws Exception {
        Session session = running.start(running.profile("one", "two"));
        try (Flow one = running.flow(session, "one");
                Flow two = running.flow(session, "two")) {
            session.add("three", running.options("three"));
            assertThat(modes(session)).containsExactly("one", "two", "three");
            assertThat(running.status(session, "three").state()).isEqualTo(ModeState.READY);
            try (Flow three = running.flow(session, "three")) {
                assertThat(three.carries(3)).isTrue();
            }
            InetSocketAddress entrance = running.entrance(session, "two");
            session.drop("two");
            assertThat(modes(session)).containsExactly("one", "three");
            assertThat(two.ends()).isTrue();
            assertThat(running.file("two")).doesNotExist();
            assertThatThrownBy(() -> new Socket(entrance.getAddress(), entrance.getPort()))
                    .isInstanceOf(IOException.class);
            assertThat(one.carries(1)).isTrue();
            assertThat(running.file("one")).exists();
            assertThat(session.status().state()).isEqualTo(State.READY);
        }
        session.close();
        assertThat(running.file("one")).doesNotExist();
        assertThat(running.file("three")).doesNotExist();
        assertThat(running.installation.journal).endsWith("stop three", "stop one", "close cluster");
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        Session session = running.start(running.profile("one"));
        refused(
                ErrorCode.USAGE,
                "kubetun drop " + session.id() + " one",
                () -> session.add("one", running.options("one")));
        refused(ErrorCode.USAGE, "kubetun status " + session.id(), () -> session.drop("two"));
        refused(ErrorCode.USAGE, "kubetun disconnect " + session.id(), () -> session.drop("one"));
        refused(ErrorCode.PLUGIN_UNKNOWN, "kubetun plugins", () -> session.add("four", running.options("four")));
        session.close();
        refused(ErrorCode.SESSION_LOST, "kubetun status", () -> session.add("two", running.options("two")));
    }

    @Test
    void leavesNothingOfAModeThatCouldNotBeAdded() throws Exception {
        Session session = running.start(running.profile("one"));
        for (String failure : List.of("told", "bug")) {
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(() -> session.add("two", running.options("two", Map.of("fail", failure))));
            assertThat(modes(session)).containsExactly("one");
            assertThat(running.file("two")).doesNotExist();
            assertThat(session.status().state()).isEqualTo(State.READY);
        }
        session.add("two", running.options("two"));
        assertThat(modes(session)).containsExactly("one", "two");
    }

    @Test
    void endsWhileAModeHangsInItsStart() throws Exception {
        Session session = running.start(running.profile("one"));
        FutureTask<Void> add = new FutureTask<>(() -> {
            session.add("two", running.options("two", Map.of("fail", "hang")));
            return null;
        });
        Thread.ofVirtual().start(add);
        Await.until("it hangs", SOON, () -> running.installation.journal.contains("start two"));
        assertThat(running.status(session, "two").state()).isEqualTo(ModeState.STARTING);
        long begin = System.nanoTime();
        session.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThatThrownBy(() -> add.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(KubetunException.class);
        assertThat(running.file("two")).doesNotExist();
        assertThat(running.file("one")).doesNotExist();
    }

    @Test
    void reloadsByTheSmallestChange() throws Exception {
        Session session = running.start(running.profile("one", "two"));
        running.installation.journal.clear();
        try (Flow one = running.flow(session, "one")) {
            session.reload(running.profile("one", "two"));
            assertThat(running.installation.journal).isEmpty();
            Map<String, Config> next = new LinkedHashMap<>();
            next.put("three", running.options("three"));
            next.put("one", running.options("one"));
            session.reload(RunningKernel.profile(ConfigFactory.empty(), next));
            assertThat(running.installation.journal).containsExactly("stop two", "start three");
            assertThat(modes(session)).containsExactly("three", "one");
            next.put("three", running.options("three", Map.of("other", "value")));
            session.reload(RunningKernel.profile(ConfigFactory.empty(), next));
            assertThat(running.installation.journal)
                    .containsExactly("stop two", "start three", "stop three", "start three");
            assertThat(one.carries(1)).isTrue();
        }
    }

    @Test
    void staysWhatItWasWhenAReloadFails() throws Exception {
        Session session = running.start(running.profile("one", "two"));
        Map<String, Config> next = new LinkedHashMap<>();
        next.put("one", running.options("one"));
        next.put("three", running.options("three", Map.of("fail", "told")));
        try (Flow one = running.flow(session, "one")) {
            refused(
                    ErrorCode.PORT_IN_USE,
                    "Nothing",
                    () -> session.reload(RunningKernel.profile(ConfigFactory.empty(), next)));
            assertThat(modes(session)).containsExactly("one", "two");
            assertThat(session.status().state()).isEqualTo(State.READY);
            assertThat(one.carries(1)).isTrue();
            try (Flow two = running.flow(session, "two")) {
                assertThat(two.carries(2)).isTrue();
            }
        }
        assertThat(running.file("two")).exists();
        assertThat(running.file("three")).doesNotExist();
    }

    @Test
    void tellsAModeThatNeitherGoesNorComesBack() throws Exception {
        Session session = running.start(running.profile("one", "two"));
        Map<String, Config> next =
                Map.of("one", running.options("one"), "three", running.options("three", Map.of("fail", "told")));
        var factory = running.installation.modes.remove("two");
        refused(ErrorCode.PORT_IN_USE, "", () -> session.reload(RunningKernel.profile(ConfigFactory.empty(), next)));
        assertThat(session.status().state()).isEqualTo(State.DEGRADED);
        ModeStatus two = running.status(session, "two");
        assertThat(two.state()).isEqualTo(ModeState.FAILED);
        assertThat(two.why().orElseThrow()).contains("no plugin provides it");
        running.installation.modes.put("two", factory);
        session.reload(running.profile("one", "two"));
        assertThat(session.status().state()).isEqualTo(State.READY);
        assertThat(running.status(session, "two").state()).isEqualTo(ModeState.READY);
    }

    @Test
    void movesToAnotherClusterWithItsId() throws Exception {
        Session session = running.start(running.profile("one"));
        String id = session.id();
        Config other = ConfigFactory.parseMap(Map.of("context", "other"));
        try (Flow flow = running.flow(session, "one")) {
            session.reload(running.profile(other, "one"));
            assertThat(flow.ends()).isTrue();
        }
        assertThat(session.status().context()).isEqualTo("other");
        assertThat(session.id()).isEqualTo(id);
        assertThat(running.installation.journal)
                .containsSubsequence("open cluster", "open cluster", "stop one", "start one", "close cluster");
        try (Flow flow = running.flow(session, "one")) {
            assertThat(flow.carries(7)).isTrue();
        }
    }

    @Test
    void staysInItsClusterWhenTheNextOneIsDown() throws Exception {
        Session session = running.start(running.profile("one"));
        try (Flow flow = running.flow(session, "one")) {
            Config down = ConfigFactory.parseMap(Map.of("context", "other", "down", true));
            refused(ErrorCode.CLUSTER_UNREACHABLE, "", () -> session.reload(running.profile(down, "one")));
            assertThat(flow.carries(1)).isTrue();
        }
        assertThat(session.status().context()).isEqualTo("loopback/x");
        assertThat(running.installation.journal).doesNotContain("stop one");
    }
}
