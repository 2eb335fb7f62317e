package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.agent.PodFixture.RunningAgent;
import io.kubetun.spi.DialException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent to whose own ports Services lead, in a pod without any rule: a real process in a network namespace. */
@Timeout(120)
class AgentEntrancesTest {
    private static final String LINE = "hello\n";
    private static final int READY = 9702;
    private static final int ENTRANCE = 9703;
    private static final int TO_NOTHING = 9704;

    @TempDir
    private Path folder;

    private PodFixture pod;

    @BeforeEach
    void makePod() throws Exception {
        assumeTrue(
                NetworkNamespace.isPossible(), "network namespaces need root, ip and setpriv: run the tests as root");
        pod = new PodFixture(folder);
        pod.environment.keySet().removeIf(name -> name.matches("KUBETUN_AGENT_(TCP|UDP|PROBES)"));
        pod.environment.put("KUBETUN_AGENT_ENTRANCES", ENTRANCE + "=" + PodFixture.TAKEN + "," + TO_NOTHING + "=4711");
    }

    @AfterEach
    void removePod() throws Exception {
        if (pod != null) {
            pod.close();
        }
    }

    private String ask(int port) throws Exception {
        return pod.ask(PodFixture.NEIGHBOUR, port, LINE);
    }

    @Test
    void theLaptopAnswersAtAnEntranceAndTheOriginalAtItsOwnPort() throws Exception {
        RunningAgent agent = pod.agent();
        assertThat(ask(ENTRANCE)).as("an agent without a laptop").startsWith("original " + PodFixture.POD + ":");
        TestLaptop laptop = new TestLaptop(pod);
        awaitLaptop();
        laptop.asked.clear();
        try (Socket socket = pod.connect(PodFixture.NEIGHBOUR, ENTRANCE)) {
            assertThat(PodFixture.ask(socket, LINE)).startsWith("laptop ");
            TestLaptop.Asked told = laptop.asked.poll(5, TimeUnit.SECONDS);
            assertThat(told.to())
                    .as("where the original listens")
                    .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(PodFixture.POD), PodFixture.TAKEN));
            assertThat(told.source())
                    .contains(
                            new InetSocketAddress(InetAddress.ofLiteral(PodFixture.NEIGHBOUR), socket.getLocalPort()));
        }
        assertThat(ask(PodFixture.TAKEN)).as("by the pod's address").isEqualTo("original CLIENT");
        assertThat(pod.pod.in(() -> {
                    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), ENTRANCE)) {
                        return PodFixture.ask(socket, LINE);
                    }
                }))
                .as("as a port-forward to the Service comes in")
                .startsWith("laptop ");
        laptop.asked.clear();
        try (Socket ready = pod.connect(PodFixture.NEIGHBOUR, READY)) {
            assertThat(ready.getInputStream().read())
                    .as("who asks whether it is ready gets nothing")
                    .isEqualTo(-1);
        }
        assertThat(laptop.asked).as("and the laptop hears of neither").isEmpty();
        assertThatThrownBy(() -> ask(9701)).rootCause().isInstanceOf(ConnectException.class);
        long gone = System.nanoTime();
        laptop.close();
        long answered = 0;
        while (answered == 0) {
            answered = asksOriginal() ? millisSince(gone) : 0;
        }
        System.out.println("link closed: the original at the entrance after " + answered + " ms; agent ready after "
                + agent.readyMillis + " ms, " + agent.megabytes() + " MB");
        assertThat(answered).isLessThan(1_000);
    }

    private boolean asksOriginal() throws Exception {
        try {
            return ask(ENTRANCE).startsWith("original ");
        } catch (IOException cut) {
            return false;
        }
    }

    private void awaitLaptop() throws Exception {
        long start = System.nanoTime();
        String answer = ask(ENTRANCE);
        while (!answer.startsWith("laptop ") && millisSince(start) < 5_000) {
            answer = ask(ENTRANCE);
        }
        assertThat(answer).startsWith("laptop ");
    }

    @Test
    void aSilentLaptopCostsOneConnectionASecond() throws Exception {
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            awaitLaptop();
            CountDownLatch awake = new CountDownLatch(1);
            laptop.sleep(awake);
            long start = System.nanoTime();
            assertThat(ask(ENTRANCE)).startsWith("original ");
            assertThat(millisSince(start)).isBetween(900L, 1_400L);
            start = System.nanoTime();
            assertThat(ask(ENTRANCE)).startsWith("original ");
            assertThat(millisSince(start)).isLessThan(500);
            awake.countDown();
            awaitLaptop();
        }
    }

    @Test
    void whatNobodyListensToIsReset() throws Exception {
        pod.agent();
        assertThatThrownBy(() -> ask(TO_NOTHING)).isInstanceOf(IOException.class);
        try (TestLaptop laptop = new TestLaptop(pod)) {
            awaitLaptop();
            assertThat(ask(TO_NOTHING)).as("the laptop may listen there").startsWith("laptop ");
            laptop.refusal = Optional.of(Reason.FORBIDDEN);
            assertThatThrownBy(() -> ask(ENTRANCE)).isInstanceOf(IOException.class);
            laptop.refusal = Optional.of(Reason.REFUSED);
            assertThat(ask(ENTRANCE)).startsWith("original ");
        }
    }

    @Test
    void anOpenFlowOutlivesTheOrderToEnd() throws Exception {
        RunningAgent agent = pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            awaitLaptop();
            assertThat(laptop.asked).isNotEmpty();
            try (Socket open = pod.connect(PodFixture.NEIGHBOUR, ENTRANCE)) {
                assertThat(PodFixture.ask(open, LINE)).startsWith("laptop ");
                agent.process.destroy();
                assertThat(ask(ENTRANCE))
                        .as("nobody is refused until callers have heard of the pod's end")
                        .startsWith("laptop ");
                assertThat(PodFixture.ask(open, LINE)).startsWith("laptop ");
            }
            assertThat(agent.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
