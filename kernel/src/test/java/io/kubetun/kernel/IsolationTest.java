package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.RunningKernel.Flow;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Event;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mode that blocks, throws and leaks does so to its own session only, and is gone when it is told to go. */
@Timeout(60)
class IsolationTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private final TroubleFactory trouble = new TroubleFactory();
    private long loops;
    private RunningKernel running;
    private Session good;
    private Flow flow;

    @BeforeEach
    void start() throws Exception {
        running = new RunningKernel(folder);
        running.installation.modes.put("trouble", trouble);
        good = running.start(running.profile("one"));
        flow = running.flow(good, "one");
        theOtherSessionWorks();
        loops = loops();
    }

    @AfterEach
    void stop() throws IOException {
        flow.close();
        running.close();
    }

    private Profile bad(Map<String, Object> options) {
        return RunningKernel.profile(ConfigFactory.empty(), Map.of("trouble", running.options("trouble", options)));
    }

    private void theOtherSessionWorks() throws IOException {
        assertThat(flow.carries(1)).isTrue();
        assertThat(good.status().state()).isEqualTo(State.READY);
        for (int i = 0; i < 8; i++) {
            try (Flow another = running.flow(good, "one")) {
                assertThat(another.carries(i)).isTrue();
            }
        }
    }

    private void nothingIsLeftOfTheBadOne() {
        assertThat(running.file("trouble")).doesNotExist();
        for (InetSocketAddress address : trouble.leaked) {
            assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(running.installation.journal).contains("watch", "unwatch");
        int seen = trouble.events.get();
        running.kernel.events().publish(new Event.SessionDown("none", "the test"));
        assertThat(trouble.events).hasValue(seen);
    }

    @Test
    void aModeThatBlocksItsLoopsStopsItsOwnSessionOnly() throws Exception {
        Session bad = running.start(bad(Map.of()));
        List<Socket> clients = new ArrayList<>();
        try {
            for (InetSocketAddress address : trouble.leaked.subList(0, 8)) {
                clients.add(new Socket(address.getAddress(), address.getPort()));
            }
            Await.until("both loops are blocked", SOON, () -> trouble.blocked.get() == 2);
            theOtherSessionWorks();
            long begin = System.nanoTime();
            bad.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            Await.until("the loops are let go", SOON, () -> trouble.released.get() >= 2);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
        theOtherSessionWorks();
        assertThat(running.kernel.sessions()).containsExactly(good);
        Await.until("its threads end", SOON, () -> loops() <= loops);
    }

    private static long loops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("kubetun-loop"))
                .count();
    }

    @Test
    void aModeThatThrowsInStartAndLeaksLeavesNothing() throws Exception {
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> running.start(bad(Map.of("start", "throws"))));
        assertThat(trouble.leaked).hasSize(TroubleFactory.LISTENERS);
        nothingIsLeftOfTheBadOne();
        theOtherSessionWorks();
    }

    @Test
    void aModeThatThrowsInStopAndLeaksLeavesNothing() throws Exception {
        Session bad = running.start(bad(Map.of()));
        bad.close();
        nothingIsLeftOfTheBadOne();
        theOtherSessionWorks();
    }

    @Test
    void itIsDroppedFromTheVerySessionWithoutTouchingIt() throws Exception {
        good.add("trouble", running.options("trouble"));
        theOtherSessionWorks();
        good.drop("trouble");
        nothingIsLeftOfTheBadOne();
        theOtherSessionWorks();
    }

    @Test
    void aHundredSessionsLeaveNoThreadBehind() throws Exception {
        for (int i = 0; i < 100; i++) {
            Session session = running.start(running.profile("two"));
            try (Flow once = running.flow(session, "two")) {
                assertThat(once.carries(i)).isTrue();
            }
            session.close();
        }
        Await.until("their threads end", SOON, () -> loops() <= loops);
        theOtherSessionWorks();
    }
}
