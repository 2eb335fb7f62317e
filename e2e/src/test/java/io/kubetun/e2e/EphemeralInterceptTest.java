package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kubetun intercept} on a real cluster, by ephemeral containers: no pod is started again. Pods keep the entries of
 * such containers, so each scenario has those that it used replaced.
 */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class EphemeralInterceptTest {
    private static final Duration PATIENCE = InterceptLab.PATIENCE;
    private static final String STRICT = "intercept-strict";

    /** Which pods there are, since when, and how often their containers were started. */
    private static final String IDENTITY =
            "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[*].restartCount}{\"\\n\"}{end}";

    private static final String ENDS =
            "jsonpath={range .items[*].status.ephemeralContainerStatuses[*]}{.name}:{.state.terminated.exitCode} {end}";

    @TempDir
    private Path scratch;

    private InterceptLab given;
    private LabWorld lab;
    private Commands commands;
    private Map<String, String> administrator;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        lab = given.world();
        commands = given.commands();
        administrator = given.administrator();
    }

    @AfterEach
    void podsAreAsTheyWere() throws Exception {
        given.close();
        lab.kubectl("delete", "--ignore-not-found", "namespace", STRICT);
        lab.kubectl("-n", "lab", "delete", "--ignore-not-found", "--grace-period=1", "pod", "bare");
        for (String app : List.of("c", "echo")) {
            for (String pod : touched(app)) {
                lab.kubectl("-n", "lab", "delete", "pod", pod);
            }
        }
        lab.settled();
    }

    /** Pods with an entry that nobody can remove. */
    private List<String> touched(String app) throws Exception {
        return lab.kubectl(
                        "-n",
                        "lab",
                        "get",
                        "pods",
                        "-l",
                        "app=" + app,
                        "-o",
                        "jsonpath={range .items[?(@.spec.ephemeralContainers)]}{.metadata.name}{\"\\n\"}{end}")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private String pods(String app, String what) throws Exception {
        return lab.kubectl("-n", "lab", "get", "pods", "-l", "app=" + app, "-o", what);
    }

    /** All that were added to an app's pods have ended in order. */
    private void awaitEnds(String app) throws Exception {
        Await.until(() -> pods(app, ENDS).strip().matches("(kubetun-(agent|rules)-[0-9]+:0 ?)+"), PATIENCE);
    }

    @Test
    void nothingIsStartedAgain() throws Exception {
        String before = pods("c", IDENTITY);
        given.workload("laptop");
        Result planned = commands.run(administrator, "plan", "intercept", "-n", "lab", "deployment/c", "-p", "8080");
        assertThat(planned.output())
                .contains("--way ephemeral: can, and is taken", "--way patch: can", "ephemeral container");
        assertThat(touched("c")).as("a plan changes nothing").isEmpty();
        long began = System.nanoTime();
        Running session = lab.kubetun(administrator, "intercept", "-n", "lab", "deployment/c", "-p", "8080");
        session.awaitLine("Adding an agent", PATIENCE);
        long added = (System.nanoTime() - began) / 1_000_000;
        given.awaitFrom("laptop");
        long first = (System.nanoTime() - began) / 1_000_000;
        Result started = session.await(PATIENCE);
        long ready = (System.nanoTime() - began) / 1_000_000;
        assertThat(started.status()).as(started.output()).isZero();
        System.out.printf(
                "ephemeral: added after %d ms, first request on the laptop %d ms later, ready after %d ms%n",
                added, first - added, ready);
        assertThat(given.from("a", "get", "http://a/dependency")).contains("laptop");
        assertThat(commands.stdout("status"))
                .contains("deployment/c", "1 of 1 agents linked", "stay in the pods of deployment/c");
        Result left = commands.run(administrator, "leave", "deployment/c");
        assertThat(left.output()).contains("deployment/c has its traffic again.", "until the pods are replaced");
        assertThat(given.from("a", "get", "http://c/")).contains("\"app\":\"c\"");
        awaitEnds("c");
        assertThat(pods("c", IDENTITY)).isEqualTo(before);
        assertThat(commands.run(administrator, "repair").output()).contains("Nothing to repair");

        given.intercept("deployment/c", "-p", "8080");
        assertThat(given.from("a", "get", "http://c/")).as("a second time").contains("\"app\":\"laptop\"");
        assertThat(pods("c", ENDS)).contains("kubetun-agent-1:0", "kubetun-agent-2:");
        assertThat(commands.run(administrator, "leave", "deployment/c").status())
                .isZero();
        awaitEnds("c");
        assertThat(pods("c", IDENTITY)).isEqualTo(before);
    }

    @Test
    void afterAKillTheOriginalAnswersAndARepairEndsTheAgents() throws Exception {
        given.workload("laptop");
        given.intercept("deployment/c", "-p", "8080");
        String seen = given.underLoad(
                "http://c/", 500, () -> lab.kernel().orElseThrow().destroyForcibly());
        System.out.println("ephemeral, killed under load: " + seen.replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 c");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        assertThat(pods("c", ENDS)).as("it waits for its laptop").contains("kubetun-agent-1: ");
        Result repaired = commands.run(administrator, "repair");
        assertThat(repaired.output()).contains("deployment/c");
        awaitEnds("c");
        assertThat(given.from("a", "get", "http://c/")).contains("\"app\":\"c\"");
    }

    @Test
    void oneOwnerAtATimeUntilSomebodyEndsIt() throws Exception {
        given.workload("laptop");
        given.intercept("deployment/c", "-p", "8080");
        Map<String, String> other = new HashMap<>(administrator);
        Path state = Files.createDirectories(lab.home().resolve("other"));
        lab.give(state);
        other.put("XDG_STATE_HOME", state.toString());
        Result refused = commands.run(other, "intercept", "-n", "lab", "deployment/c", "-p", "8080", "--foreground");
        assertThat(refused.status()).isNotZero();
        assertThat(refused.output()).contains("it is intercepted by", " since 20", "--force");
        Result forced = new Running(lab.asUser(
                        List.of(
                                "env",
                                "XDG_RUNTIME_DIR=" + state,
                                lab.installation().resolve("bin/kubetun").toString(),
                                "leave",
                                "-n",
                                "lab",
                                "deployment/c",
                                "--force"),
                        other))
                .await(PATIENCE);
        assertThat(forced.output())
                .contains("deployment/c has its traffic again; it was", "until the pods are replaced");
        awaitEnds("c");
        assertThat(given.from("a", "get", "http://c/")).contains("\"app\":\"c\"");
        Await.until(() -> commands.stdout("status").contains("Somebody has taken the agent out"), PATIENCE);
        assertThat(commands.run(administrator, "leave", "deployment/c").status())
                .isZero();
        assertThat(pods("c", ENDS)).as("nothing was added again").doesNotContain("kubetun-agent-2");
    }

    @Test
    void podsThatComeGetTheirs() throws Exception {
        given.workload("laptop");
        given.intercept("deployment/echo", "-p", "http:8080");
        String before = pods("echo", IDENTITY);
        assertThat(given.from("a", "get", "-n", "20", "-fresh", "http://echo/"))
                .contains("200 laptop")
                .doesNotContain("200 echo", "error");
        lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=3");
        try {
            long began = System.nanoTime();
            Await.until(() -> commands.stdout("status").contains("3 of 3 agents linked"), PATIENCE);
            System.out.printf(
                    "ephemeral: a third pod has its agent after %d ms%n", (System.nanoTime() - began) / 1_000_000);
            Await.until(
                    () -> !given.from("a", "get", "-n", "40", "-fresh", "http://echo/")
                            .contains("200 echo"),
                    PATIENCE);
            assertThat(pods("echo", IDENTITY)).contains(before.lines().toList());
        } finally {
            lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=2");
        }
        assertThat(commands.run(administrator, "leave", "deployment/echo").status())
                .isZero();
        awaitEnds("echo");
    }

    @Test
    void aPodOfNobodyIsTakenToo() throws Exception {
        given.workload("laptop");
        Path file = lab.home().resolve("bare.yaml");
        Files.writeString(file, """
                apiVersion: v1
                kind: Pod
                metadata: {name: bare, namespace: lab}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: app, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [workload], env: [{name: APP, value: bare}]}]
                """);
        lab.kubectl("apply", "-f", file.toString());
        lab.kubectl("-n", "lab", "wait", "--for=condition=Ready", "pod/bare", "--timeout=60s");
        String address = lab.kubectl("-n", "lab", "get", "pod", "bare", "-o", "jsonpath={.status.podIP}");
        given.intercept("pod/bare", "-p", "8080");
        assertThat(given.from("a", "get", "http://" + address + ":8080/")).contains("\"app\":\"laptop\"");
        assertThat(commands.run(administrator, "leave", "pod/bare").output()).contains("until the pods are replaced");
        assertThat(given.from("a", "get", "http://" + address + ":8080/")).contains("\"app\":\"bare\"");
        Await.until(
                () -> lab.kubectl(
                                "-n",
                                "lab",
                                "get",
                                "pod",
                                "bare",
                                "-o",
                                "jsonpath={.status.ephemeralContainerStatuses[*].state.terminated.exitCode}")
                        .equals("0 0"),
                PATIENCE);
        Result patch = commands.run(
                administrator, "intercept", "-n", "lab", "pod/bare", "-p", "8080", "--way", "patch", "--foreground");
        assertThat(patch.output()).contains("nobody would replace the pod");
    }

    @Test
    void whereNoSuchContainerIsLetInItIsToldWhy() throws Exception {
        Path file = lab.home().resolve("strict.yaml");
        Files.writeString(file, """
                apiVersion: v1
                kind: Namespace
                metadata: {name: intercept-strict, labels: {pod-security.kubernetes.io/enforce: baseline}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: intercept-strict}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers: [{name: app, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [workload, pause]}]
                """);
        lab.kubectl("apply", "-f", file.toString());
        lab.kubectl("-n", STRICT, "rollout", "status", "deployment/web", "--timeout=60s");
        String before = lab.kubectl("-n", STRICT, "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
        for (String way : List.of("ephemeral", "patch")) {
            Result refused = commands.run(
                    administrator,
                    "intercept",
                    "-n",
                    STRICT,
                    "deployment/web",
                    "-p",
                    "8080",
                    "--way",
                    way,
                    "--foreground");
            assertThat(refused.status()).isEqualTo(30);
            assertThat(refused.output()).contains("violates PodSecurity \"baseline:latest\"", "NET_ADMIN");
        }
        assertThat(lab.kubectl("-n", STRICT, "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}"))
                .isEqualTo(before);
    }
}
