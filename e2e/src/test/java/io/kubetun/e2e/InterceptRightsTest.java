package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.e2e.Running.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kubetun intercept} under exactly the Role that the chart gives for it, and under less. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptRightsTest {
    private static final String ROLE = "intercept";
    private static final String C = "deployment/c";

    private static final String FORWARD = "pods/portforward";
    private static final int FORBIDDEN = 30;

    /** A right, and an intercept that cannot be without it. */
    private record Needed(String right, String workload, String way) {}

    private static final List<Needed> NEEDED = List.of(
            new Needed("get services", "service/c", "ephemeral"),
            new Needed("list services", C, "target-port"),
            new Needed("patch services", C, "target-port"),
            new Needed("get pods", C, "ephemeral"),
            new Needed("list pods", C, "patch"),
            new Needed("create " + FORWARD, C, "patch"),
            new Needed("patch pods/ephemeralcontainers", C, "ephemeral"),
            new Needed("get deployments", C, "patch"),
            new Needed("patch deployments", C, "patch"),
            new Needed("get statefulsets", "statefulset/peer", "patch"),
            new Needed("patch statefulsets", "statefulset/peer", "patch"),
            new Needed("get replicasets", "service/c", "patch"));

    /** Rights that may all be missing at once, as none of them hides another. */
    private static final List<List<String>> BETTER = List.of(
            List.of("watch services", "watch endpointslices", "watch pods", "watch deployments", "get leases"),
            List.of("list services", "list endpointslices", "list deployments", "create leases"),
            List.of("patch leases"),
            List.of("delete leases"));

    private static final String WEBHOOK = """
            import http.server, json, ssl, sys
            class Review(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_POST(self):
                    asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                    answer = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {
                        "uid": asked["request"]["uid"], "allowed": False,
                        "status": {"code": 403, "message": "the platform team lets no agents in"}}}).encode()
                    self.send_response(200); self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer))); self.end_headers(); self.wfile.write(answer)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 9443), Review)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[1])
            server.socket = context.wrap_socket(server.socket, server_side=True)
            print("listening", flush=True)
            server.serve_forever()
            """;

    @TempDir
    private Path scratch;

    private InterceptLab given;
    private Map<String, String> user;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        user = Map.of("KUBECONFIG", given.world().loginWith(ROLE).toString());
    }

    @AfterEach
    void close() throws Exception {
        given.close();
        given.world().forget(ROLE);
    }

    /** What the Role lets its user do to one kind of objects. */
    private record Right(String group, String resource, String verb) {
        private String rule() {
            return "{\"apiGroups\":[\"%s\"],\"resources\":[\"%s\"],\"verbs\":[\"%s\"]}"
                    .formatted(group, resource, verb);
        }

        @Override
        public String toString() {
            return verb + " " + resource;
        }
    }

    private List<Right> rights() throws Exception {
        String role = given.world().kubectl("-n", "lab", "get", "role", "kubetun-" + ROLE, "-o", "json");
        List<Right> rights = new ArrayList<>();
        for (Config rule : ConfigFactory.parseString(role).getConfigList("rules")) {
            for (String resource : rule.getStringList("resources")) {
                for (String verb : rule.getStringList("verbs")) {
                    rights.add(new Right(rule.getStringList("apiGroups").getFirst(), resource, verb));
                }
            }
        }
        return rights;
    }

    private void grant(List<Right> all, Predicate<Right> granted) throws Exception {
        String rules = all.stream().filter(granted).map(Right::rule).collect(Collectors.joining(",", "[", "]"));
        given.world()
                .kubectl(
                        "-n",
                        "lab",
                        "patch",
                        "role",
                        "kubetun-" + ROLE,
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"/rules\",\"value\":" + rules + "}]");
    }

    @ParameterizedTest
    @CsvSource({"ephemeral,deployment/c", "patch,statefulset/peer", "target-port,deployment/b"})
    void theRoleIsEnough(String way, String workload) throws Exception {
        String before = given.template(workload);
        try (Running session = intercept(workload, "--way", way)) {
            session.awaitLine("Ready.", InterceptLab.PATIENCE);
            assertThat(session.output()).doesNotContain("may not");
            assertThat(given.commands().stdout("status"))
                    .containsPattern("([12]) of \\1 agents linked")
                    .doesNotContain("may not");
            session.stop();
            assertThat(session.await(InterceptLab.PATIENCE).output()).contains("Nothing is left behind.");
        }
        assertThat(given.template(workload)).isEqualTo(before);
    }

    private Running intercept(String workload, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("intercept", "-n", "lab", workload, "-p", "8080", "--foreground"));
        all.addAll(List.of(options));
        return given.world().kubetun(user, all.toArray(String[]::new));
    }

    @Test
    void whatIsNeededIsNamedWhereItIsMissing() throws Exception {
        List<Right> all = rights();
        String before = given.template(C);
        for (Needed needed : NEEDED) {
            // Either verb lets one forward a port.
            grant(
                    all,
                    right -> !right.toString().equals(needed.right)
                            && !(needed.right.endsWith(FORWARD)
                                    && right.resource().equals(FORWARD)));
            try (Running session = intercept(needed.workload, "--way", needed.way)) {
                Result refused = session.await(InterceptLab.PATIENCE);
                assertThat(refused.status())
                        .as(needed + "\n" + refused.output())
                        .isEqualTo(FORBIDDEN);
                assertThat(refused.output())
                        .contains("this user may not " + needed.right + " in namespace lab. Have the Role intercept");
            }
        }
        assertThat(given.template(C)).isEqualTo(before);
    }

    @Test
    void whatItGoesOnWithoutIsNamedToo() throws Exception {
        List<Right> all = rights();
        for (List<String> missing : BETTER) {
            grant(all, right -> !missing.contains(right.toString()));
            try (Running session = intercept(C)) {
                session.awaitLine("Ready.", InterceptLab.PATIENCE);
                String told = session.output() + given.commands().stdout("status");
                session.stop();
                session.await(InterceptLab.PATIENCE);
                assertThat(told).contains("1 of 1 agents linked");
                for (String each : missing) {
                    assertThat(told).contains("his user may not " + each + " in namespace lab");
                }
            }
        }
    }

    @Test
    void aDoctorNamesEachThatIsMissing() throws Exception {
        List<Right> all = rights();
        assertThat(all).hasSizeGreaterThan(25);
        grant(all, right -> false);
        String found = given.commands().run(user, "doctor").output();
        for (Right right : all) {
            assertThat(found.lines().filter(line -> line.contains("may " + right + " ")))
                    .as("%s in:\n%s", right, found)
                    .anyMatch(line -> !line.startsWith("ok"));
        }
    }

    @Test
    void anAdmissionWebhookThatRejectsIsToldAndNothingIsChanged() throws Exception {
        String before = given.template(C);
        Path certificate = scratch.resolve("webhook.pem");
        new Running(new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "1",
                        "-subj",
                        "/CN=webhook",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        certificate.toString(),
                        "-out",
                        scratch.resolve("certificate").toString()))
                .awaitSuccess(InterceptLab.PATIENCE);
        String authority = Files.readString(scratch.resolve("certificate"));
        Files.writeString(certificate, authority, StandardOpenOption.APPEND);
        try (Running webhook =
                new Running(given.world().inNode(List.of("python3", "-c", WEBHOOK, certificate.toString())))) {
            webhook.awaitLine("listening", InterceptLab.PATIENCE);
            reject(Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.UTF_8)));
            refused("the platform team lets no agents in");
            webhook.kill();
            refused("failed calling webhook \"agents.lab.test\"");
        } finally {
            given.world().kubectl("delete", "--ignore-not-found", "validatingwebhookconfiguration", "lab-agents");
        }
        assertThat(given.template(C)).isEqualTo(before);
        assertThat(given.commands().run(given.administrator(), "repair").output())
                .contains("Nothing to repair");
    }

    private void refused(String why) throws Exception {
        Result refused =
                given.commands().run(given.administrator(), "intercept", "-n", "lab", C, "-p", "8080", "--foreground");
        assertThat(refused.status()).as(refused.output()).isNotZero();
        assertThat(refused.output()).contains("cannot intercept " + C, why);
    }

    private void reject(String authority) throws Exception {
        Path file = Files.writeString(scratch.resolve("webhook.yaml"), """
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: lab-agents}
                webhooks:
                - name: agents.lab.test
                  admissionReviewVersions: [v1]
                  sideEffects: None
                  timeoutSeconds: 5
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab}}
                  clientConfig: {url: "https://127.0.0.1:9443/", caBundle: %s}
                  rules:
                  - {apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments]}
                  - {apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [pods/ephemeralcontainers]}
                """.formatted(authority));
        given.world().kubectl("apply", "-f", file.toString());
        // The API server learns of it a moment later.
        Await.until(
                () -> new Running(given.world()
                                        .asRoot(
                                                "kubectl",
                                                "-n",
                                                "lab",
                                                "annotate",
                                                C,
                                                "--overwrite",
                                                "--dry-run=server",
                                                "a=b"))
                                .await(InterceptLab.PATIENCE)
                                .status()
                        != 0,
                InterceptLab.PATIENCE);
    }
}
