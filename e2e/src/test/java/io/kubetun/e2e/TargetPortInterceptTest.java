package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NAMESPACE = "restricted";
    private static final String WEB = "deployment/web";
    private static final String POINT = "kill point ";
    private static final Pattern GAP = Pattern.compile("\"longest_gap_s\":([0-9.e-]+)");
    private static final Pattern TAKEN = Pattern.compile("([0-9]+) connections taken");

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

    private LabWorld lab;
    private Commands commands;
    private Map<String, String> administrator;
    private final List<Running> local = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.loadGateway();
        commands = new Commands(lab);
        administrator = Map.of("KUBECONFIG", lab.administrator().toString());
        Path file = Files.writeString(scratch.resolve("restricted.yaml"), MANIFEST);
        lab.kubectl("apply", "-f", file.toString());
        settled();
    }

    @AfterEach
    void forget() throws Exception {
        local.forEach(Running::close);
        lab.close();
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

    /** The same program as in the pods, on the laptop. */
    private void onLaptop() throws Exception {
        local.add(new Running(lab.asRoot("env", "APP=laptop", "workload")));
        Await.until(() -> lab.run("curl", "-sS", "http://127.0.0.1:8080/").status() == 0, Duration.ofSeconds(20));
    }

    private String fromPod(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("-n", "lab", "exec", "deploy/a", "-c", "app", "--", "workload"));
        all.addAll(List.of(command));
        return lab.kubectl(all.toArray(String[]::new));
    }

    private String get(String host) throws Exception {
        return fromPod("get", "-t", "3s", "http://" + host + "/");
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
        Await.until(() -> get("web.restricted").contains("\"app\":\"" + app + "\""), PATIENCE);
    }

    private Result intercept(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("intercept", "-n", NAMESPACE, WEB));
        all.addAll(List.of(arguments));
        Result started = commands.run(administrator, all.toArray(String[]::new));
        assertThat(started.status()).as(started.output()).isZero();
        return started;
    }

    @Test
    void isTheWayOfTheLadderWhereNoCapabilityIs() throws Exception {
        String before = objects();
        onLaptop();
        Result plan = commands.run(administrator, "plan", "intercept", "-n", NAMESPACE, WEB);
        System.out.println(plan.output());
        assertThat(plan.output())
                .contains("--way patch: cannot, because its pods would be refused: ")
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
        String during = underLoad(() -> {
            Result left = commands.run(administrator, "leave", WEB);
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
        onLaptop();
        intercept("-p", "8080", "--way", "target-port");
        awaitService("laptop");
        String seen = underLoad(() -> lab.kernel().orElseThrow().destroyForcibly());
        System.out.println("killed under load: " + seen.replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 web");
        assertThat(gap(seen)).isLessThanOrEqualTo(1.5);
        assertThat(targets()).as("the agents lead to the original").isEqualTo("9703 7");
        Result repaired = commands.run(administrator, "repair");
        assertThat(repaired.output()).contains(WEB, "service/web");
        assertThat(objects()).isEqualTo(before);
        settled();
        awaitService("web");
    }

    @Test
    void anAgentThatIsKilledComesBackByItself() throws Exception {
        onLaptop();
        lab.kubectl("-n", NAMESPACE, "scale", WEB, "--replicas=1");
        settled();
        intercept("-p", "8080");
        awaitService("laptop");
        String seen = underLoad(() -> {
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
        assertThat(gap(seen)).isLessThan(12);
        assertThat(commands.run(administrator, "leave", WEB).status()).isZero();
    }

    @Test
    void whateverStepItDiesAtRepairPutsAllBack() throws Exception {
        String before = objects();
        List<String> points = until("count")
                .output()
                .lines()
                .filter(line -> line.startsWith(POINT))
                .map(line -> line.substring(POINT.length()).split(" ", 2)[0])
                .toList();
        assertThat(points).hasSizeGreaterThan(5);
        assertThat(objects()).isEqualTo(before);
        for (String point : points) {
            Result killed = until(point);
            assertThat(killed.status()).as(point + "\n" + killed.output()).isEqualTo(137);
            Result repaired = commands.run(administrator, "repair");
            assertThat(repaired.status()).as(point + "\n" + repaired.output()).isZero();
            assertThat(objects())
                    .as("%s\n%s\n%s", point, killed.output(), repaired.output())
                    .isEqualTo(before);
        }
        System.out.println("killed at " + points + ": repair put all back each time");
        settled();
    }

    private Result until(String step) throws Exception {
        Map<String, String> environment = new HashMap<>(administrator);
        environment.put("KUBETUN_KILL_AT", step);
        try (Running session = lab.kubetun(
                environment, "intercept", "-n", NAMESPACE, WEB, "-p", "8080", "--way", "target-port", "--foreground")) {
            Await.until(() -> session.output().contains("Ready.") || !session.alive(), PATIENCE);
            ProcessHandle.of(session.pid()).ifPresent(ProcessHandle::destroy);
            return session.await(PATIENCE);
        }
    }

    /** Eight clients ask for 12 s, each time by a new connection; once many have come here, something happens. */
    private String underLoad(Happening happening) throws Exception {
        Running load = new Running(lab.asRoot(
                "kubectl",
                "-n",
                "lab",
                "exec",
                "deploy/a",
                "-c",
                "app",
                "--",
                "workload",
                "get",
                "-s",
                "12",
                "-c",
                "8",
                "-fresh",
                "http://web.restricted/"));
        long already = taken();
        Await.until(() -> taken() > already + 500, PATIENCE);
        happening.happen();
        return load.await(Duration.ofSeconds(40)).output();
    }

    /** What happens under load. */
    private interface Happening {
        void happen() throws Exception;
    }

    private long taken() throws Exception {
        Matcher taken = TAKEN.matcher(commands.stdout("status"));
        return taken.find() ? Long.parseLong(taken.group(1)) : 0;
    }

    private static double gap(String printed) {
        Matcher gap = GAP.matcher(printed);
        assertThat(gap.find()).as(printed).isTrue();
        return Double.parseDouble(gap.group(1));
    }
}
