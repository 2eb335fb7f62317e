package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.kubetun.e2e.Running.Result;
import io.kubetun.spi.cluster.InterceptCaller;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who calls reaches what the plan's table says, each caller by each way, on a real cluster. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptCallersTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String NAMESPACE = "callers";
    private static final String SHOP = "statefulset/shop";
    private static final String SOCKS = "127.0.0.1:11085";

    /** One workload that all can call: by a Service with an address, and by one without. */
    private static final String MANIFEST = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: callers}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: shop, namespace: callers}
            spec:
              serviceName: pods
              selector: {matchLabels: {app: shop}}
              template:
                metadata: {labels: {app: shop}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: app
                    image: docker.io/lab/workload:1
                    imagePullPolicy: Never
                    command: [workload]
                    env: [{name: APP, value: shop}]
                    ports: [{name: http, containerPort: 8080}]
                    readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: shop, namespace: callers}
            spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: pods, namespace: callers}
            spec: {clusterIP: None, selector: {app: shop}, ports: [{port: 8080}]}
            """;

    @TempDir
    private Path scratch;

    private InterceptLab given;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        Path file = Files.writeString(scratch.resolve("callers.yaml"), MANIFEST);
        given.world().kubectl("apply", "-f", file.toString());
        inNamespace("rollout", "status", SHOP, "--timeout=60s");
    }

    @AfterEach
    void close() throws Exception {
        try {
            given.close();
        } finally {
            given.world().kubectl("delete", "--ignore-not-found", "namespace", NAMESPACE);
        }
    }

    private String inNamespace(String... arguments) throws Exception {
        return given.world().kubectl(after(List.of("-n", NAMESPACE), arguments));
    }

    private static String[] after(List<String> first, String... more) {
        return Stream.concat(first.stream(), Arrays.stream(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void reachWhatThePlanSays(Way way) throws Exception {
        String[] intercept = {"intercept", "-n", NAMESPACE, SHOP, "-p", "http", "--way", way.toString()};
        Map<String, String> planned = planned(intercept);
        given.workload("laptop");
        given.commands().start(given.administrator(), intercept);
        Await.until(
                () -> given.tried("a", "get", "-t", "1s", "http://shop.callers/")
                        .contains("\"app\":\"laptop\""),
                READY);
        Map<String, String> seen = new TreeMap<>();
        for (InterceptCaller caller : InterceptCaller.values()) {
            seen.put(caller.toString(), answer(caller));
        }
        System.out.println("--way " + way + ": " + seen);
        assertThat(seen).isEqualTo(planned);
        assertThat(why(Map.of())).contains("You intercept this pod", spoken(way));
        Path other = Files.createDirectories(given.world().home().resolve("other"));
        given.world().give(other);
        assertThat(why(Map.of("XDG_RUNTIME_DIR", other.toString())))
                .as("by a process that knows nothing of the session")
                .contains("Somebody intercepts this pod", spoken(way));
        Result left = given.commands().run(given.administrator(), "leave", "-n", NAMESPACE, SHOP);
        assertThat(left.status()).as(left.output()).isZero();
    }

    /** The table of the plan, in both of its forms. */
    private Map<String, String> planned(String... intercept) throws Exception {
        String document = plan(intercept, "-o", "json");
        Map<String, String> planned = new TreeMap<>();
        ConfigFactory.parseString(document.substring(document.indexOf("{\n")))
                .getConfigList("plans")
                .getFirst()
                .getConfigList("callers")
                .forEach(row -> {
                    assertThat(row.getString("mode")).isEqualTo("intercept");
                    planned.put(row.getString("caller"), row.getString("reaches"));
                });
        String text = plan(intercept);
        planned.forEach((caller, reaches) -> assertThat(text).containsPattern(caller + " +" + reaches + " +intercept"));
        return planned;
    }

    private String plan(String[] intercept, String... more) throws Exception {
        String[] all = after(List.of("plan"), after(List.of(intercept), more));
        Result plan = given.commands().run(given.administrator(), all);
        assertThat(plan.status()).as(plan.output()).isZero();
        return plan.output();
    }

    private static String spoken(Way way) {
        return "By --way " + way + " the laptop answers, while it is linked: "
                + Arrays.stream(InterceptCaller.values())
                        .filter(caller -> caller.answeredBy(way) == InterceptCaller.Answerer.LAPTOP)
                        .map(InterceptCaller::toString)
                        .collect(Collectors.joining("; "));
    }

    private String why(Map<String, String> environment) throws Exception {
        Map<String, String> all = new TreeMap<>(given.administrator());
        all.putAll(environment);
        return given.commands().run(all, "why", "shop.callers:80").output();
    }

    private String answer(InterceptCaller caller) throws Exception {
        String pod = "http://"
                + inNamespace("get", "pod", "shop-0", "-o", "jsonpath={.status.podIP}")
                        .strip() + ":8080/";
        String service = "http://"
                + inNamespace("get", "service", "shop", "-o", "jsonpath={.spec.clusterIP}")
                        .strip() + "/";
        return switch (caller) {
            case SERVICE_NAME -> fromPod("http://shop.callers/");
            case CLUSTER_IP -> fromPod(service);
            case POD_IP -> fromPod(pod);
            case HEADLESS_NAME -> fromPod("http://shop-0.pods.callers:8080/");
            case FORWARD_TO_SERVICE -> forwarded("service/shop", 80);
            case FORWARD_TO_POD -> forwarded("pod/shop-0", 8080);
            case OWN_SESSION ->
                fromSession(List.of("http://shop.callers/", service, pod, "http://shop-0.pods.callers:8080/"));
            case POD_ITSELF ->
                answerer(inNamespace("exec", "shop-0", "-c", "app", "--", "workload", "get", "http://127.0.0.1:8080/"));
        };
    }

    /** The cluster's name server may say for a while where a pod of that name was before. */
    private String fromPod(String url) throws Exception {
        Await.until(() -> given.tried("a", "get", "-t", "1s", url).contains("\"app\":"), READY);
        return answerer(given.from("a", "get", "-t", "1s", url));
    }

    private String forwarded(String to, int port) throws Exception {
        try (Running forward = given.local("kubectl", "-n", NAMESPACE, "port-forward", to, "18080:" + port)) {
            forward.awaitLine("Forwarding from 127.0.0.1", READY);
            return answerer(given.world().onLaptop("curl", "-sS", "--max-time", "5", "http://127.0.0.1:18080/"));
        }
    }

    private String fromSession(List<String> urls) throws Exception {
        given.commands()
                .start(given.administrator(), "proxy-out", "--detach", "-n", NAMESPACE, "--listen-socks", SOCKS);
        Socks socks = new Socks(given.world(), SOCKS);
        Map<String, String> answers = new TreeMap<>();
        for (String url : urls) {
            answers.put(url, answerer(socks.curl(url)));
        }
        assertThat(answers.values().stream().distinct()).as(answers.toString()).hasSize(1);
        return answers.values().iterator().next();
    }

    private static String answerer(String answer) {
        assertThat(answer).containsPattern("\"app\":\"(laptop|shop)\"");
        return (answer.contains("\"app\":\"laptop\"")
                        ? InterceptCaller.Answerer.LAPTOP
                        : InterceptCaller.Answerer.ORIGINAL)
                .toString();
    }
}
