package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.agent.PodFixture.RunningAgent;
import io.kubetun.spi.DialException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rules and the agent as they run in a pod: real processes, real rules, a network namespace for each machine. */
@Timeout(120)
class AgentInNamespaceTest {
    private static final String LINE = "hello\n";
    private static final String PROBE = "GET /healthz HTTP/1.1\r\nHost: x\r\nUser-Agent: kube-probe/1.34\r\n\r\n";

    @TempDir
    private Path folder;

    private PodFixture pod;

    @BeforeEach
    void makePod() throws Exception {
        assumeTrue(
                NetworkNamespace.isPossible(),
                "network namespaces and rules need root, nft, ip and setpriv: run the tests as root");
        pod = new PodFixture(folder);
    }

    @AfterEach
    void removePod() throws Exception {
        if (pod != null) {
            pod.close();
        }
    }

    @Test
    void theLaptopAnswersWhileThereIsOneAndTheOriginalElse() throws Exception {
        setRules();
        assertThat(ask()).isEqualTo("original CLIENT");
        RunningAgent agent = pod.agent();
        assertThat(ask()).as("an agent without a laptop").isEqualTo("original CLIENT");
        TestLaptop laptop = new TestLaptop(pod);
        untilLaptop();
        laptop.asked.clear();
        try (Socket socket = pod.connect(PodFixture.NEIGHBOUR, PodFixture.TAKEN)) {
            assertThat(PodFixture.ask(socket, LINE)).startsWith("laptop ");
            TestLaptop.Asked told = laptop.asked.poll(5, TimeUnit.SECONDS);
            assertThat(told.to())
                    .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(PodFixture.POD), PodFixture.TAKEN));
            assertThat(told.source())
                    .contains(
                            new InetSocketAddress(InetAddress.ofLiteral(PodFixture.NEIGHBOUR), socket.getLocalPort()));
        }
        // What is not named never enters the agent: the original sees the client itself.
        assertThat(ask(PodFixture.NEIGHBOUR, PodFixture.FREE, LINE)).isEqualTo("original CLIENT");
        for (String own : new String[] {"127.0.0.1", PodFixture.POD}) {
            assertThat(pod.pod.in(() -> {
                        try (Socket socket = new Socket(InetAddress.ofLiteral(own), PodFixture.TAKEN)) {
                            return PodFixture.ask(socket, LINE);
                        }
                    }))
                    .as("as a port-forward comes in")
                    .startsWith("original ");
        }
        laptop.close();
        Duration gap = untilOriginal("link closed");
        assertThat(gap).isLessThan(Duration.ofMillis(1_200));
        System.out.println("agent ready after " + agent.readyMillis + " ms, " + agent.megabytes() + " MB");
    }

    @Test
    void anAgentThatIsKilledLeavesNoRuleBehind() throws Exception {
        setRules();
        RunningAgent agent = pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            assertThat(laptop.asked).isNotEmpty();
            agent.close();
            assertThat(untilOriginal("agent killed")).isLessThan(Duration.ofMillis(1_200));
        }
        // And the next one begins as the first did.
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            assertThat(laptop.asked).isNotEmpty();
        }
    }

    @Test
    void anAgentThatNothingTakesOutEndsByItself() throws Exception {
        setRules();
        pod.environment.put("KUBETUN_AGENT_IDLE_SECONDS", "600");
        RunningAgent asked = pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            assertThat(laptop.asked).isNotEmpty();
            pod.pod.in(() -> {
                try (Socket stranger = new Socket(InetAddress.ofLiteral("127.0.0.1"), 9701)) {
                    return PodFixture.ask(stranger, "end\n");
                }
            });
            assertThat(untilOriginal("agent asked to end")).isLessThan(Duration.ofMillis(1_200));
            assertThat(asked.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(asked.process.exitValue()).isZero();
        }
        pod.environment.put("KUBETUN_AGENT_IDLE_SECONDS", "2");
        RunningAgent idle = pod.agent();
        TestLaptop laptop = new TestLaptop(pod);
        untilLaptop();
        laptop.close();
        assertThat(idle.process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(idle.process.exitValue()).as("nobody has asked for it").isEqualTo(1);
        assertThat(ask()).isEqualTo("original CLIENT");
    }

    @Test
    void nobodyInTheClusterReachesTheAgentItself() throws Exception {
        setRules();
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            laptop.asked.clear();
            for (int port : new int[] {9702, 9701, 9703}) {
                assertThatThrownBy(() -> pod.connect(PodFixture.NEIGHBOUR, port))
                        .as("port " + port)
                        .rootCause()
                        .isInstanceOf(ConnectException.class)
                        .hasMessageContaining("refused");
            }
            assertThatThrownBy(() -> pod.pod.in(() -> new Socket(InetAddress.ofLiteral(PodFixture.POD), 9702)))
                    .rootCause()
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> datagram(9703)).rootCause().isInstanceOf(IOException.class);
            assertThat(laptop.asked).isEmpty();
            // Who reaches its loopback needs the key.
            var stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            assertThatThrownBy(() -> AgentHandshake.prove(pod.dialControl(), stranger.getPrivate())
                            .get(10, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("not by the key");
        }
    }

    @Test
    void probesAreAnsweredByTheOriginal() throws Exception {
        setRules();
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            laptop.asked.clear();
            assertThat(ask(PodFixture.NODE, PodFixture.TAKEN, PROBE)).startsWith("original ");
            assertThat(ask(PodFixture.NODE, PodFixture.PROBED, LINE)).isEqualTo("original CLIENT");
            assertThat(laptop.asked).isEmpty();
            assertThat(ask(PodFixture.NEIGHBOUR, PodFixture.TAKEN, PROBE.replace("kube-probe", "curl")))
                    .startsWith("laptop ");
            assertThat(ask(PodFixture.NEIGHBOUR, PodFixture.TAKEN, PROBE.replace("/healthz", "/healthz2")))
                    .startsWith("laptop ");
            assertThat(ask(PodFixture.NEIGHBOUR, PodFixture.PROBED, LINE)).startsWith("laptop ");
            assertThat(laptop.asked).hasSize(3);
        }
    }

    @Test
    void aSilentLaptopCostsOneConnectionASecondAndNoMore() throws Exception {
        setRules();
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            CountDownLatch awake = new CountDownLatch(1);
            laptop.sleep(awake);
            long start = System.nanoTime();
            assertThat(ask()).startsWith("original ");
            long first = millisSince(start);
            assertThat(first).isBetween(900L, 1_400L);
            start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(ask()).startsWith("original ");
            }
            long others = millisSince(start);
            assertThat(others).isLessThan(900);
            awake.countDown();
            start = System.nanoTime();
            untilLaptop();
            System.out.println("silent laptop: the first connection " + first + " ms, 20 others " + others
                    + " ms, back after " + millisSince(start) + " ms");
        }
    }

    @Test
    void aLocalProcessThatDoesNotListenLeavesTheTrafficInTheCluster() throws Exception {
        setRules();
        pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            laptop.refusal = Optional.of(Reason.REFUSED);
            assertThat(ask()).startsWith("original ");
            laptop.refusal = Optional.of(Reason.FORBIDDEN);
            assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
            laptop.refusal = Optional.empty();
            assertThat(ask()).startsWith("laptop ");
        }
    }

    @Test
    void datagramsOfANamedPortAreLedToo() throws Exception {
        setRules();
        pod.agent();
        assertThat(datagram(PodFixture.ECHO)).isEqualTo("original ping");
        TestLaptop laptop = new TestLaptop(pod);
        untilLaptop();
        laptop.asked.clear();
        assertThat(datagram(PodFixture.ECHO)).isEqualTo("laptop ping");
        TestLaptop.Asked told = laptop.asked.poll(5, TimeUnit.SECONDS);
        assertThat(told.to()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(PodFixture.POD), PodFixture.ECHO));
        assertThat(told.source()).isPresent();
        laptop.close();
        assertThat(datagram(PodFixture.ECHO)).isEqualTo("original ping");
    }

    @Test
    void theRulesAreSetOnceAndLeaveOthersAlone() throws Exception {
        String others = "table inet others { chain c { type filter hook input priority 5; policy accept; "
                + "tcp dport 4711 counter packets 0 bytes 0 drop; }; }";
        pod.pod.exec("nft", others);
        String before = pod.pod.exec("nft", "list", "table", "inet", "others");
        setRules();
        String first = pod.pod.exec("nft", "list", "ruleset");
        setRules();
        assertThat(pod.pod.exec("nft", "list", "ruleset")).isEqualTo(first);
        assertThat(pod.pod.exec("nft", "list", "table", "inet", "others")).isEqualTo(before);
        pod.environment.put("KUBETUN_AGENT_TCP", "all");
        setRules();
        assertThat(pod.pod.exec("nft", "list", "table", "inet", InterceptRules.TABLE))
                .contains("meta l4proto tcp redirect to :9702");
        assertThat(pod.pod.exec("nft", "list", "table", "inet", "others")).isEqualTo(before);
    }

    @Test
    void withAMeshItSaysWhyNot() throws Exception {
        pod.pod.exec("nft", "table ip nat { chain ISTIO_INBOUND { }; }");
        String before = pod.pod.exec("nft", "list", "ruleset");
        var ended = pod.rules();
        assertThat(ended.getKey()).isEqualTo(1);
        assertThat(ended.getValue()).contains("service mesh", "ISTIO_INBOUND").doesNotContain("Exception");
        assertThat(pod.pod.exec("nft", "list", "ruleset")).isEqualTo(before);
    }

    @Test
    void theRulesOfIptablesEndByThemselvesToo() throws Exception {
        assumeTrue(Tool.find("xtables-legacy-multi").isPresent(), "this machine has no legacy iptables");
        InterceptRules rules = new InterceptRules(AgentSettings.of(pod.environment), List.of());
        pod.pod.in(() -> new RuleInstaller(rules, Optional.empty()).install());
        RunningAgent agent = pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            assertThat(laptop.asked).isNotEmpty();
            assertThatThrownBy(() -> pod.connect(PodFixture.NEIGHBOUR, 9702))
                    .rootCause()
                    .isInstanceOf(ConnectException.class);
            agent.close();
            assertThat(untilOriginal("agent killed, iptables")).isLessThan(Duration.ofMillis(1_200));
        }
    }

    @Test
    void itEndsInOrder() throws Exception {
        setRules();
        RunningAgent agent = pod.agent();
        try (TestLaptop laptop = new TestLaptop(pod)) {
            untilLaptop();
            try (Socket open = pod.connect(PodFixture.NEIGHBOUR, PodFixture.TAKEN)) {
                assertThat(PodFixture.ask(open, LINE)).startsWith("laptop ");
                agent.process.destroy();
                untilOriginal("SIGTERM");
                assertThat(PodFixture.ask(open, LINE))
                        .as("an open flow goes on")
                        .startsWith("laptop ");
            }
            long start = System.nanoTime();
            assertThat(agent.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(millisSince(start)).isLessThan(3_000);
            assertThat(laptop.asked).isNotEmpty();
        }
    }

    private void setRules() throws Exception {
        var ended = pod.rules();
        assertThat(ended.getKey()).as(ended.getValue()).isZero();
    }

    private String ask() throws Exception {
        return ask(PodFixture.NEIGHBOUR, PodFixture.TAKEN, LINE);
    }

    private String ask(String from, int port, String request) throws Exception {
        return pod.ask(from, port, request);
    }

    private String datagram(int port) throws Exception {
        return pod.neighbour.in(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(InetAddress.ofLiteral(PodFixture.POD), port);
                socket.setSoTimeout(5_000);
                socket.send(new DatagramPacket("ping".getBytes(StandardCharsets.US_ASCII), 4));
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                socket.receive(answer);
                return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
            }
        });
    }

    /** Asks without a pause until the laptop answers. */
    private void untilLaptop() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        String answer = ask();
        while (!answer.startsWith("laptop") && System.nanoTime() < end) {
            answer = ask();
        }
        assertThat(answer).startsWith("laptop");
    }

    /** Asks without a pause until the original answers the client itself; returns the longest time without an answer. */
    private Duration untilOriginal(String what) throws Exception {
        long begin = System.nanoTime();
        long answered = begin;
        long gap = 0;
        int failed = 0;
        String answer = "";
        while (!answer.equals("original CLIENT") && millisSince(begin) < 5_000) {
            try {
                answer = ask();
                gap = Math.max(gap, System.nanoTime() - answered);
                answered = System.nanoTime();
            } catch (Exception e) {
                failed++;
            }
        }
        assertThat(answer).as(what).isEqualTo("original CLIENT");
        System.out.println(what + ": longest time without an answer " + gap / 1_000_000 + " ms, " + failed
                + " refused; the original sees the client after " + millisSince(begin) + " ms");
        return Duration.ofNanos(gap);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
