package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What breaks under an intercept on a real cluster: the original answers, the status says why, and it comes back. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptFaultsTest {
    private static final String LINKED = "1 of 1 agents linked";
    private static final String AGENTS_USER = "57070";
    private static final Duration KUBELETS_PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path scratch;

    private InterceptLab given;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        given.workload("laptop");
        given.intercept("deployment/c", "-p", "8080", "--way", "patch");
        given.awaitFrom("laptop");
    }

    @AfterEach
    void close() throws Exception {
        given.close();
    }

    private void comesBack() throws Exception {
        Await.until(() -> given.commands().stdout("status").contains(LINKED), InterceptLab.PATIENCE);
        given.awaitFrom("laptop");
        given.leave("deployment/c");
    }

    /** Asks the pod itself for some seconds, each time by a new connection, while something happens to its agent. */
    private String asked(int seconds, String address) throws Exception {
        return asked(seconds, 1, address);
    }

    private String asked(int seconds, int clients, String address) throws Exception {
        return new OnNode(given.world())
                .sure(
                        "workload",
                        "get",
                        "-s",
                        Integer.toString(seconds),
                        "-c",
                        Integer.toString(clients),
                        "-fresh",
                        "http://" + address + ":8080/");
    }

    private String pod(String field) throws Exception {
        return given.world()
                .kubectl("-n", "lab", "get", "pod", "-l", "app=c", "-o", "jsonpath={.items[0]." + field + "}")
                .strip();
    }

    private boolean ready() throws Exception {
        return pod("status.conditions[?(@.type=='Ready')].status").equals("True");
    }

    @Test
    void theLaptopsPacketsAreDropped() throws Exception {
        String address = given.onlyPod("c");
        assertThat(asked(1, address)).contains("200 laptop");
        given.world().onLaptop("sh", "-c", """
                nft add table inet silent
                nft add chain inet silent out '{ type filter hook output priority 0; }'
                nft add chain inet silent in '{ type filter hook input priority 0; }'
                nft add rule inet silent out ip daddr 172.30.0.1 drop
                nft add rule inet silent in ip saddr 172.30.0.1 drop
                """);
        String seen;
        try {
            seen = asked(6, address);
        } finally {
            given.world().onLaptop("nft", "delete", "table", "inet", "silent");
        }
        System.out.println("packets dropped: " + seen.strip());
        assertThat(seen).contains("200 c").doesNotContain("laptop", "error");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        comesBack();
    }

    @Test
    void theAgentIsKilledFiveTimes() throws Exception {
        String address = given.onlyPod("c");
        for (int kill = 1; kill <= 5; kill++) {
            Running load = new Running(new OnNode(given.world())
                    .asUser(List.of("workload", "get", "-s", "6", "-fresh", "http://" + address + ":8080/"), Map.of()));
            given.world().onNode("pkill", "-KILL", "-U", AGENTS_USER, "java");
            int restarts = kill;
            Await.until(() -> restarts() == restarts || !ready(), InterceptLab.PATIENCE);
            long began = System.nanoTime();
            Await.until(() -> restarts() == restarts, KUBELETS_PATIENCE);
            long restarted = System.nanoTime();
            Await.until(this::ready, KUBELETS_PATIENCE);
            double seconds = (System.nanoTime() - began) / 1e9;
            double starting = (System.nanoTime() - restarted) / 1e9;
            String seen = load.await(InterceptLab.PATIENCE).output();
            load.close();
            System.out.printf(
                    "agent killed %d: unready for %.1f s, starting for %.1f s of them; %s%n",
                    kill, seconds, starting, seen.strip());
            assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
            assertThat(seen).contains("200 c");
            assertThat(starting)
                    .as("unready no longer than the kubelet keeps it waiting, which doubles each time from 10 s on")
                    .isLessThan(3);
        }
        comesBack();
    }

    @Test
    void theAgentHasNotEnoughMemory() throws Exception {
        String address = given.onlyPod("c");
        given.world().onNode("sh", "-c", """
                pid=$(pgrep -U 57070 java)
                first=$(sed -n 's/^[0-9]*:memory://p' /proc/$pid/cgroup)
                second=$(sed -n 's/^0:://p' /proc/$pid/cgroup)
                if [ -n "$first" ]; then
                  cd "/sys/fs/cgroup/memory$first"
                  cat memory.usage_in_bytes >memory.limit_in_bytes
                else
                  cat "/sys/fs/cgroup$second/memory.current" >"/sys/fs/cgroup$second/memory.max"
                fi
                """);
        String seen = asked(6, 64, address);
        System.out.println("agent without memory: " + seen.strip());
        assertThat(seen).contains("200 c");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        Await.until(
                () -> given.commands().stdout("status").contains("was started again once, last after OOMKilled"),
                InterceptLab.PATIENCE);
        comesBack();
    }

    private int restarts() throws Exception {
        return Integer.parseInt(pod("status.containerStatuses[?(@.name=='kubetun-agent')].restartCount"));
    }

    @Test
    void thePodIsEvicted() throws Exception {
        given.onlyPod("c");
        String name = pod("metadata.name");
        Path eviction = Files.writeString(scratch.resolve("eviction.json"), """
                {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s", "namespace": "lab"}}
                """.formatted(name));
        given.world()
                .kubectl(
                        "create",
                        "--raw",
                        "/api/v1/namespaces/lab/pods/" + name + "/eviction",
                        "-f",
                        eviction.toString());
        given.world().settled();
        assertThat(pod("metadata.name")).isNotEqualTo(name);
        comesBack();
    }

    @Test
    void theApiServerIsAwayForHalfAMinute() throws Exception {
        String address = given.onlyPod("c");
        String seen = given.world().whileAway("kube-apiserver", () -> asked(30, address));
        System.out.println("API server away: " + seen.strip());
        assertThat(seen).contains("200 c");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        comesBack();
    }

    @Test
    void theNodesContainerdIsRestarted() throws Exception {
        String address = given.onlyPod("c");
        String seen = given.world().whileAway("containerd", () -> asked(5, address));
        System.out.println("containerd away: " + seen.strip());
        assertThat(seen).contains("200 c");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        comesBack();
    }
}
