package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kube.workload.InterceptChangeType;
import io.kubetun.kube.workload.LeaseChangeType;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.testkit.EmbeddedUser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Lease that shows who has a workload, and the waiting for its end, on the embedded cluster. */
class EmbeddedInterceptLeaseTest extends EmbeddedObjects {
    private static final String LEASE = "kubetun-deployment-echo";
    private static final WorkloadName ECHO =
            WorkloadName.parse("deployment/echo").orElseThrow();

    @BeforeEach
    void workload() throws Exception {
        kubernetes.image("shop/echo:1", setup -> {});
        apply(
                "apps/v1",
                "Deployment",
                "echo",
                Map.of(
                        "replicas",
                        1,
                        "selector",
                        Map.of("matchLabels", Map.of("app", "echo")),
                        "template",
                        Map.of(
                                "metadata",
                                Map.of("labels", Map.of("app", "echo")),
                                "spec",
                                Map.of(
                                        "containers",
                                        List.of(Map.of(
                                                "name",
                                                "app",
                                                "image",
                                                "shop/echo:1",
                                                "ports",
                                                List.of(Map.of("containerPort", 8080))))))));
        Await.until(() -> kubernetes.count("Pod", "lab") == 1, PATIENCE);
    }

    private void apply(String version, String kind, String name, Map<String, Object> spec) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(version);
        object.setKind(kind);
        object.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace("lab").build());
        object.setAdditionalProperty("spec", spec);
        kubernetes.apply(object);
    }

    private Optional<GenericKubernetesResource> lease() {
        return kubernetes.find("Lease", "lab", LEASE);
    }

    private String shown() {
        return lease().map(lease -> String.valueOf(lease.<Object>get("spec", "holderIdentity")))
                .orElse("nobody");
    }

    /** As after a kill long ago. */
    private void silence() {
        GenericKubernetesResource lease = lease().orElseThrow();
        Map<String, Object> spec = new HashMap<>(lease.<Map<String, Object>>get("spec"));
        spec.put("renewTime", "2026-01-01T10:00:00.000000Z");
        lease.setAdditionalProperty("spec", spec);
        kubernetes.apply(lease);
    }

    private String template() {
        return String.valueOf(
                kubernetes.find("Deployment", "lab", "echo").orElseThrow().<Object>get("spec", "template"));
    }

    /** One person's session. */
    private final class Visit extends Session {
        private final String holder;

        Visit(String holder, EmbeddedUser user, String options) throws Exception {
            super(holder, user, options);
            this.holder = holder;
        }

        Interception take(Duration patience) throws Exception {
            Interception interception = cluster.intercept(
                    new InterceptRequest(
                            ECHO,
                            List.of(),
                            Optional.of(Way.PATCH),
                            "key-of-" + holder,
                            holder,
                            false,
                            false,
                            patience),
                    effects,
                    progress::add);
            open.add(interception);
            interception.open(progress::add);
            return interception;
        }

        Interception take() throws Exception {
            return take(Duration.ZERO);
        }

        KubetunException refusal(Duration patience) throws Exception {
            try {
                take(patience);
            } catch (KubetunException e) {
                return e;
            }
            throw new AssertionError("not refused");
        }

        CompletableFuture<Interception> waits() {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return take(PATIENCE);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
        }
    }

    private Visit visit(String holder) throws Exception {
        return new Visit(holder, kubernetes.admin(), "");
    }

    /** Who may intercept, and with Leases do only what is said. */
    private EmbeddedUser developer(String... lease) {
        EmbeddedUser user = kubernetes.user("dev");
        for (String each :
                List.of("get deployments", "patch deployments", "list pods", "watch pods", "create pods/portforward")) {
            String[] parts = each.split(" ", 2);
            user.allow(parts[0], parts[1], "lab");
        }
        for (String verb : lease) {
            user.allow(verb, "leases", "lab");
        }
        return user;
    }

    private RepairReport repair(Path journal) throws Exception {
        return new Repair(journal, List.of(new InterceptChangeType(), new LeaseChangeType())).run();
    }

    @Test
    void showsTheHolderFromTheTakingToTheLeaving() throws Exception {
        Instant before = Instant.now().minusSeconds(2);
        Visit alice = visit("alice");
        assertThat(alice.take().notes()).noneMatch(note -> note.contains("Lease"));
        GenericKubernetesResource lease = lease().orElseThrow();
        assertThat(lease.getMetadata().getLabels()).containsEntry("app.kubernetes.io/managed-by", "kubetun");
        Map<String, Object> spec = lease.get("spec");
        assertThat(spec).containsEntry("holderIdentity", "alice").containsEntry("leaseDurationSeconds", 60);
        assertThat(List.of(spec.get("acquireTime"), spec.get("renewTime")))
                .allSatisfy(time -> assertThat(String.valueOf(time))
                        .matches("[-0-9]{10}T[:0-9]{8}\\.[0-9]{6}Z")
                        .satisfies(text -> assertThat(Instant.parse(text)).isAfter(before)));
        alice.leave();
        assertThat(shown()).isEqualTo("nobody");
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void whoIsNotHeardOfIsToldSoAndEnded() throws Exception {
        visit("alice").take();
        Visit bob = visit("bob");
        assertThat(bob.refusal(Duration.ZERO).getMessage())
                .contains("it is intercepted by alice since ", "by --wait", "--force")
                .doesNotContain("not renewed");
        silence();
        assertThat(bob.refusal(Duration.ZERO).getMessage())
                .contains(
                        "it is intercepted by alice since ",
                        "not renewed since 2026-01-01T10:00:00Z",
                        "kubetun leave deployment/echo --force");
        assertThat(bob.cluster.leave(ECHO, bob.effects))
                .hasValueSatisfying(who -> assertThat(who).startsWith("alice"));
        assertThat(shown()).isEqualTo("nobody");
        assertThat(template()).doesNotContain("kubetun");
    }

    @Test
    void whoWaitsTakesItWhenTheLeaseEnds() throws Exception {
        Visit alice = visit("alice");
        alice.take();
        Visit bob = visit("bob");
        CompletableFuture<Interception> waiting = bob.waits();
        Await.until(
                () -> progress.stream()
                        .anyMatch(line -> line.startsWith(
                                "Waiting for deployment/echo in lab: it is intercepted by alice since 2")),
                PATIENCE);
        assertThat(waiting).isNotDone();
        alice.leave();
        waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(shown()).isEqualTo("bob");
        assertThat(template()).contains("key-of-bob");
        bob.leave();
        assertThat(shown()).isEqualTo("nobody");
    }

    @Test
    void oneOfSeveralWhoWaitTakesItAndTheOthersGoOn() throws Exception {
        Visit alice = visit("alice");
        alice.take();
        Visit bob = visit("bob");
        Visit carol = visit("carol");
        CompletableFuture<Interception> bobs = bob.waits();
        CompletableFuture<Interception> carols = carol.waits();
        alice.leave();
        CompletableFuture.anyOf(bobs, carols).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        boolean first = bobs.isDone();
        assertThat(first ? carols : bobs).isNotDone();
        assertThat(shown()).isEqualTo(first ? "bob" : "carol");
        (first ? bob : carol).leave();
        (first ? carols : bobs).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(shown()).isEqualTo(first ? "carol" : "bob");
    }

    @Test
    void whoMayNotGoesWithoutAndWaitsAllTheSame() throws Exception {
        Visit dev = new Visit("dev", developer("get", "create", "patch"), "");
        assertThat(dev.take().notes())
                .contains("No Lease shows others who has deployment/echo in lab: this user may not delete leases in"
                        + " namespace lab.");
        assertThat(shown()).isEqualTo("nobody");
        Visit bob = visit("bob");
        CompletableFuture<Interception> waiting = bob.waits();
        Await.until(() -> progress.stream().anyMatch(line -> line.startsWith("Waiting for")), PATIENCE);
        dev.leave();
        waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(shown()).isEqualTo("bob");
        Visit next = new Visit("next", developer("get"), "");
        CompletableFuture<Interception> polling = next.waits();
        Await.until(() -> progress.stream().anyMatch(line -> line.contains("it is intercepted by bob")), PATIENCE);
        bob.leave();
        polling.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void theWaitingEnds() throws Exception {
        visit("alice").take();
        assertThat(visit("bob").refusal(Duration.ofMillis(100)).getMessage()).contains("it is intercepted by alice");
    }

    @Test
    void aRepairLeavesNoneButThatOfTheNextSession() throws Exception {
        visit("alice").take();
        Path dead = dead("first");
        assertThat(repair(dead).undone())
                .extracting(RepairReport.Change::kind)
                .containsExactly("intercept", "intercept-lease");
        assertThat(shown()).isEqualTo("nobody");
        Path again = dead("second");
        visit("bob").take();
        assertThat(repair(again).problems()).isEmpty();
        assertThat(shown()).isEqualTo("bob");
    }

    @Test
    void aLivingOneOfSomebodyWhoHasNothingAnyMoreIsTakenOver() throws Exception {
        visit("alice").take();
        String during = template();
        GenericKubernetesResource deployment =
                kubernetes.find("Deployment", "lab", "echo").orElseThrow();
        Map<String, Object> pods = deployment.get("spec", "template");
        pods.put("metadata", Map.of("labels", Map.of("app", "echo")));
        pods.put("spec", Map.of("containers", List.of(Map.of("name", "app", "image", "shop/echo:1"))));
        kubernetes.apply(deployment);
        assertThat(template()).isNotEqualTo(during);
        assertThat(shown()).isEqualTo("alice");
        assertThat(visit("bob").take().notes()).noneMatch(note -> note.contains("Lease"));
        assertThat(shown()).isEqualTo("bob");
    }

    @Test
    void whatDidNotComeShowsNoHolder() throws Exception {
        Visit alice = new Visit("alice", kubernetes.admin(), "image=\"nowhere/agent:1\"");
        assertThat(alice.refusal(Duration.ZERO).why()).contains("again what it was");
        assertThat(shown()).isEqualTo("nobody");
        assertThat(alice.effects.undoAll()).isEmpty();
    }

    @Test
    void aLeaseOfThatNameThatIsSomebodyElsesStays() throws Exception {
        apply("coordination.k8s.io/v1", "Lease", LEASE, Map.of("holderIdentity", "a controller"));
        Visit alice = visit("alice");
        assertThat(alice.take().notes()).anyMatch(note -> note.startsWith("No Lease shows others who has"));
        alice.leave();
        assertThat(shown()).isEqualTo("a controller");
    }
}
