package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun intercept --way target-port} where Pod Security is restricted, on a real cluster. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class TargetPortInterceptTest {
    private static final Duration PATIENCE = InterceptLab.PATIENCE;
    private static final String NAMESPACE = "restricted";
    private static final String WEB = "deployment/web";

    private static final String MANIFEST = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: restricted, labels: {pod-security.kubernetes.io/enforce: restricted}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: restricted}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 5
                  securityContext: {runAsNonRoot: true, runAsUser: 65534, seccompProfile: {type: RuntimeDefault}, sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "0"}]}
                  containers:
                  - name: app
                    image: docker.io/lab/workload:1
                    imagePullPolicy: Never
                    command: [workload]
                    env: [{name: APP, value: web}]
                    ports: [{name: http, containerPort: 8080}]
                    readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
                    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: restricted, annotations: {team: blue}}
            spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: echo, port: 7, targetPort: 7}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: pods, namespace: restricted}
            spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}
            """;

    @TempDir
    private Path scratch;

    private InterceptLab given;
    private LabWorld lab;
    private Commands commands;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        lab = given.world();
        commands = given.commands();
        Path file = Files.writeString(scratch.resolve("restricted.yaml"), MANIFEST);
        lab.kubectl("apply", "-f", file.toString());
        settled();
    }

    @AfterEach
    void forget() throws Exception {
        given.close();
        lab.kubectl("delete", "--ignore-not-found", "namespace", NAMESPACE);
    }

    private void settled() throws Exception {
        lab.kubectl("-n", NAMESPACE, "rollout", "status", WEB, "--timeout=60s");
    }

    /** All that the way changes, field by field. */
    private String objects() throws Exception {
        return lab.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        WEB,
                        "-o",
                        "jsonpath={.spec}{.metadata.annotations.kubetun\\.io/intercept}")
                + lab.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        "service/web",
                        "service/pods",
                        "-o",
                        "jsonpath={range .items[*]}{.spec}{.metadata.annotations}{end}");
    }

    private String targets() throws Exception {
        return lab.kubectl("-n", NAMESPACE, "get", "service/web", "-o", "jsonpath={.spec.ports[*].targetPort}");
    }

    private String get(String host) throws Exception {
        return given.from("a", "get", "-t", "3s", "http://" + host + "/");
    }

    private List<String> podIps() throws Exception {
        return List.of(lab.kubectl(
                        "-n",
                        NAMESPACE,
                        "get",
                        "pods",
                        "-l",
                        "app=web",
                        "-o",
                        "jsonpath={range .items[?(@.status.phase=='Running')]}{.status.podIP} {end}")
                .strip()
                .split(" "));
    }

    private void awaitService(String app) throws Exception {
        given.awaitFrom(app, "http://web.restricted/");
    }

    private Result intercept(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("intercept", "-n", NAMESPACE, WEB));
        all.addAll(List.of(arguments));
        Result started = commands.run(given.administrator(), all.toArray(String[]::new));
        assertThat(started.status()).as(started.output()).isZero();
        return started;
    }

    @Test
    void isTheWayOfTheLadderWhereNoCapabilityIs() throws Exception {
        String before = objects();
        given.workload("laptop");
        Result plan = commands.run(given.administrator(), "plan", "intercept", "-n", NAMESPACE, WEB);
        System.out.println(plan.output());
        assertThat(plan.output())
                .contains("--way patch: cannot, because its pods would be refused", "violates PodSecurity")
                .contains("--way target-port: can, and is taken", "open to whoever reaches a pod");
        assertThat(objects()).isEqualTo(before);
        long began = System.nanoTime();
        Result started = intercept("-p", "http");
        System.out.println(started.output());
        assertThat(started.output()).contains("Not by --way ephemeral", "Not by --way patch");
        awaitService("laptop");
        System.out.printf("first request on the laptop after %d ms%n", (System.nanoTime() - began) / 1_000_000);
        assertThat(targets()).isEqualTo("9703 7");
        callersByPodReachTheOriginal();
        String status = commands.stdout("status");
        assertThat(status).contains("2 of 2 agents linked", "listen on the pods' addresses", "headless service/pods");
        String restarts = "jsonpath={range .items[*]}{.status.containerStatuses[*].restartCount} {end}";
        assertThat(lab.kubectl("-n", NAMESPACE, "get", "pods", "-l", "app=web", "-o", restarts)
                        .strip())
                .isEqualTo("0 0 0 0");
        String during = given.underLoad("http://web.restricted/", 500, () -> {
            Result left = commands.run(given.administrator(), "leave", WEB);
            assertThat(left.status()).as(left.output()).isZero();
        });
        System.out.println("left under load: " + during.replace('\n', ';'));
        assertThat(objects()).isEqualTo(before);
        assertThat(during).contains("200 laptop", "200 web");
        settled();
        awaitService("web");
    }

    private void callersByPodReachTheOriginal() throws Exception {
        for (String pod : podIps()) {
            assertThat(get(pod + ":8080")).as("by the pod's address").contains("\"app\":\"web\"");
            assertThat(get(pod + ":9703")).as("by the agent's port").contains("\"app\":\"laptop\"");
        }
        assertThat(get("pods.restricted:8080")).as("by a headless name").contains("\"app\":\"web\"");
    }

    @Test
    void afterAKillTheOriginalAnswersAndARepairPutsBack() throws Exception {
        String before = objects();
        given.workload("laptop");
        intercept("-p", "8080", "--way", "target-port");
        awaitService("laptop");
        String seen = given.underLoad(
                "http://web.restricted/", 500, () -> lab.kernel().orElseThrow().destroyForcibly());
        System.out.println("killed under load: " + seen.replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 web");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        assertThat(targets()).as("the agents lead to the original").isEqualTo("9703 7");
        Result repaired = commands.run(given.administrator(), "repair");
        assertThat(repaired.output()).contains(WEB, "service/web");
        assertThat(objects()).isEqualTo(before);
        settled();
        awaitService("web");
    }

    @Test
    void anAgentThatIsKilledComesBackByItself() throws Exception {
        given.workload("laptop");
        lab.kubectl("-n", NAMESPACE, "scale", WEB, "--replicas=1");
        settled();
        intercept("-p", "8080");
        awaitService("laptop");
        String seen = given.underLoad("http://web.restricted/", 500, () -> {
            String agent = lab.onNode("pgrep", "-f", "PodMain agent|kubetun.*agent$")
                    .strip()
                    .lines()
                    .findFirst()
                    .orElseThrow();
            lab.onNode("kill", "-9", agent);
        });
        System.out.println("agent killed under load, one replica: " + seen.replace('\n', ';'));
        Await.until(() -> commands.stdout("status").contains("1 of 1 agents linked"), PATIENCE);
        awaitService("laptop");
        assertThat(InterceptLab.gap(seen)).isLessThan(12);
        assertThat(commands.run(given.administrator(), "leave", WEB).status()).isZero();
    }

    @Test
    void whateverStepItDiesAtRepairPutsAllBack() throws Exception {
        given.killedAtEachStep(
                this::objects,
                20,
                Optional.of("intercept-lease"),
                "-n",
                NAMESPACE,
                WEB,
                "-p",
                "8080",
                "--way",
                "target-port");
        settled();
    }
}
