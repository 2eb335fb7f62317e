package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An intercept's objects on a real cluster, with kubectl as the witness: what a pod template was before, it is after.
 * What runs in the pods is a script in the agent's place.
 */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptObjectsTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String NAMESPACE = "intercept-objects";

    /** Where no registry listens, so that the kubelet need not wait for one. */
    private static final String NOWHERE = "127.0.0.1:1/agent:1";

    @TempDir
    private Path scratch;

    private LabWorld lab;
    private Path journal;

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
        journal = Files.createDirectory(scratch.resolve("journal"));
        image(
                "stand-in",
                "case $1 in agent-rules) exit 0;; esac\ntrap 'exit 0' TERM\nwhile :; do sleep 60 & wait $!; done");
        image("broken", "echo 'nft: Operation not permitted' >/dev/termination-log\nexit 3");
    }

    /** An image whose program is a script. */
    private void image(String name, String script) throws Exception {
        Path file = Files.writeString(scratch.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        Result loaded = new Running(new ProcessBuilder(
                        System.getenv("KUBETUN_LAB"),
                        "load",
                        "lab/agent-" + name + ":1",
                        "--entry",
                        "/usr/local/bin/" + name,
                        file.toString()))
                .await(LIMIT);
        assertThat(loaded.status()).as(loaded.output()).isZero();
    }

    @AfterEach
    void forget() throws Exception {
        lab.kubectl("delete", "--ignore-not-found", "namespace", NAMESPACE);
        lab.close();
    }

    private void workloads(int pods, String labels) throws Exception {
        Path file = Files.writeString(scratch.resolve("workloads.yaml"), """
            apiVersion: v1
            kind: Namespace
            metadata: {name: intercept-objects, labels: {%2$s}}
            ---
            apiVersion: v1
            kind: ResourceQuota
            metadata: {name: small, namespace: intercept-objects}
            spec: {hard: {pods: "%1$s"}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: intercept-objects, labels: {kustomize.toolkit.fluxcd.io/name: apps}}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}, annotations: {team: blue}}
                spec:
                  terminationGracePeriodSeconds: 1
                  initContainers: [{name: first, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [/bin/true]}]
                  containers:
                  - {name: app, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [workload, pause], volumeMounts: [{name: cache, mountPath: /cache}]}
                  - {name: side, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [workload, pause]}
                  volumes: [{name: cache, emptyDir: {}}]
                  imagePullSecrets: [{name: registry}]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: each, namespace: intercept-objects}
            spec:
              selector: {matchLabels: {app: each}}
              template:
                metadata: {labels: {app: each}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: app, image: docker.io/lab/workload:1, imagePullPolicy: Never, command: [workload, pause]}]
            """.formatted(pods, labels));
        lab.kubectl("apply", "-f", file.toString());
        lab.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/web", "--timeout=60s");
        lab.kubectl("-n", NAMESPACE, "rollout", "status", "daemonset/each", "--timeout=60s");
    }

    private Running program(
            String verb, Path kubeconfig, String namespace, String image, String holder, String workload)
            throws Exception {
        String options =
                "kubeconfig=\"" + kubeconfig + "\",namespace=" + namespace + ",image=\"" + reference(image) + "\"";
        return java(verb, journal.toString(), options, holder, workload);
    }

    private static String reference(String image) {
        return image.equals(NOWHERE) ? image : "docker.io/lab/agent-" + image + ":1";
    }

    private Running java(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "HOME=" + scratch,
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                InterceptProgram.class.getName()));
        command.addAll(List.of(arguments));
        return new Running(lab.asRoot(command.toArray(String[]::new)));
    }

    private String template(String namespace, String workload) throws Exception {
        return lab.kubectl("-n", namespace, "get", workload, "-o", "jsonpath={.spec.template}");
    }

    /** By what the controllers tell pods of one template from those of another. */
    private String hashes(String namespace, String app) throws Exception {
        return lab.kubectl(
                "-n",
                namespace,
                "get",
                "pods",
                "-l",
                "app=" + app,
                "-o",
                "jsonpath={range .items[*]}{.metadata.labels.pod-template-hash}{.metadata.labels.controller-revision-hash}"
                        + "{\"\\n\"}{end}");
    }

    private void settled(String namespace, String workload) throws Exception {
        lab.kubectl("-n", namespace, "rollout", "status", workload, "--timeout=60s");
    }

    /** Ends it in order. What it then says is heard, too. */
    private static String ended(Running session) throws Exception {
        session.terminate();
        return session.await(LIMIT).output();
    }

    @Test
    void oneOwnerAtATimeAndWhatOthersTellOfIt() throws Exception {
        workloads(10, "a: b");
        Path admin = lab.administrator();
        String template = template(NAMESPACE, "deployment/web");
        String hashes = hashes(NAMESPACE, "web");
        try (Running alice = program("intercept", admin, NAMESPACE, "stand-in", "alice", "deploy/web")) {
            assertThat(alice.awaitLine("OPEN after", LIMIT)).contains("1 agents", "Flux (Kustomization apps) manages");
            assertThat(program("intercept", admin, NAMESPACE, "stand-in", "bob", "deploy/web")
                            .await(LIMIT)
                            .output())
                    .contains("REFUSED TARGET_UNSUPPORTED", "it is intercepted by alice since 20", "--force");
            lab.kubectl("-n", NAMESPACE, "scale", "deployment/web", "--replicas=2");
            alice.awaitLine("AGENTS 2", LIMIT);
            assertThat(program("leave", admin, NAMESPACE, "stand-in", "bob", "deploy/web")
                            .await(LIMIT)
                            .output())
                    .contains("LEFT Optional[alice since 20");
            assertThat(template(NAMESPACE, "deployment/web")).isEqualTo(template);
            alice.awaitLine("AGENTS 0", LIMIT);
            assertThat(ended(alice)).contains("UNDONE").doesNotContain("NOT UNDONE");
        }
        settled(NAMESPACE, "deployment/web");
        Await.until(
                () -> hashes(NAMESPACE, "web")
                        .lines()
                        .distinct()
                        .toList()
                        .equals(hashes.lines().toList()),
                LIMIT);
    }

    @Test
    void aKilledOneIsTakenBackByARepair() throws Exception {
        workloads(10, "a: b");
        String template = template(NAMESPACE, "daemonset/each");
        String hashes = hashes(NAMESPACE, "each");
        try (Running alice =
                program("intercept", lab.administrator(), NAMESPACE, "stand-in", "alice", "daemonset/each")) {
            alice.awaitLine("OPEN after", LIMIT);
            alice.kill();
        }
        assertThat(template(NAMESPACE, "daemonset/each")).contains("kubetun-agent");
        Result repaired = java("repair", journal.toString()).await(LIMIT);
        assertThat(repaired.output()).contains("kind=intercept");
        assertThat(template(NAMESPACE, "daemonset/each")).isEqualTo(template);
        assertThat(journal).as(repaired.output()).isEmptyDirectory();
        settled(NAMESPACE, "daemonset/each");
        Await.until(() -> hashes(NAMESPACE, "each").equals(hashes), LIMIT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deployment/web|2|a: b|stand-in|true|exceeded quota: small",
                "deployment/web|10|pod-security.kubernetes.io/enforce: baseline|stand-in|false|violates PodSecurity",
                "daemonset/each|10|pod-security.kubernetes.io/enforce: baseline|stand-in|false|violates PodSecurity",
                "deployment/web|10|a: b|127.0.0.1:1/agent:1|true|the image 127.0.0.1:1/agent:1 cannot be pulled",
                "deployment/web|10|a: b|broken|true|its rules cannot be set: nft: Operation not permitted (exit code 3)",
            })
    void whatDoesNotComeIsToldAndTakenBack(
            String workload, int pods, String labels, String image, boolean tried, String why) throws Exception {
        workloads(pods, labels);
        String app = workload.substring(workload.indexOf('/') + 1);
        String template = template(NAMESPACE, workload);
        String hashes = hashes(NAMESPACE, app);
        long began = System.nanoTime();
        Result refused = program("intercept", lab.administrator(), NAMESPACE, image, "alice", workload)
                .await(LIMIT);
        System.out.printf("%s: %s: told after %d ms%n", workload, why, (System.nanoTime() - began) / 1_000_000);
        assertThat(refused.output())
                .contains("REFUSED " + (tried ? "CLUSTER_ERROR" : "FORBIDDEN"), why, "ENDED")
                .contains(tried ? "(the workload is again what it was)" : "would be refused")
                .doesNotContain("NOT UNDONE");
        assertThat(template(NAMESPACE, workload)).isEqualTo(template);
        settled(NAMESPACE, workload);
        Await.until(() -> hashes(NAMESPACE, app).equals(hashes), LIMIT);
        assertThat(journal).isEmptyDirectory();
    }
}
