package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kube.workload.InterceptChangeType;
import io.kubetun.kube.workload.LeaseChangeType;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Port;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedUser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** An intercept's objects from their making to their end, with the real journal, on the embedded cluster. */
class EmbeddedInterceptTest extends EmbeddedObjects {
    private static final String KEY = "MCowBQYDK2VwAyEAalice";
    private static final String OTHER_KEY = "MCowBQYDK2VwAyEAbob";

    /** A template with all that an agent's parts could be mixed up with. */
    private static final String RICH = """
            {labels: {app: echo}, annotations: {team: blue}}|
            initContainers: [{name: migrate, image: "shop/echo:1"}]
            containers:
            - {name: app, image: "shop/echo:1", ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}],
               readinessProbe: {httpGet: {path: /ready, port: http}}}
            - {name: side, image: "shop/echo:1", volumeMounts: [{name: cache, mountPath: /tmp}]}
            volumes: [{name: cache, emptyDir: {}}]
            imagePullSecrets: [{name: registry}]
            """;

    private static final String PLAIN =
            "{labels: {app: echo}}|containers: [{name: app, image: \"shop/echo:1\", ports: [{containerPort: 8080}]}]";

    @BeforeEach
    void image() {
        kubernetes.image("shop/echo:1", setup -> {});
    }

    private void workload(String kind, String name, int replicas, String template) {
        apply("""
                apiVersion: apps/v1
                kind: %s
                metadata: {name: %s, namespace: lab}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: %s}}
                  template:
                    metadata: %s
                    spec:
                %s
                """.formatted(
                kind,
                name,
                replicas,
                name,
                template.split("\\|", 2)[0].replace("app: echo", "app: " + name).strip(),
                template.split("\\|", 2)[1].indent(6).stripTrailing()));
    }

    @SuppressWarnings("unchecked")
    private void apply(String yaml) {
        Map<String, Object> fields =
                (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(yaml);
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion((String) fields.remove("apiVersion"));
        object.setKind((String) fields.remove("kind"));
        Map<String, Object> metadata = (Map<String, Object>) fields.remove("metadata");
        object.setMetadata(new ObjectMetaBuilder()
                .withName((String) metadata.get("name"))
                .withNamespace((String) metadata.get("namespace"))
                .withLabels((Map<String, String>) metadata.get("labels"))
                .withAnnotations((Map<String, String>) metadata.get("annotations"))
                .withOwnerReferences(
                        metadata.containsKey("owner")
                                ? List.of(new OwnerReferenceBuilder()
                                        .withApiVersion("apps/v1")
                                        .withKind(((String) metadata.get("owner")).split("/", 2)[0])
                                        .withName(((String) metadata.get("owner")).split("/", 2)[1])
                                        .withController(true)
                                        .build())
                                : List.of())
                .build());
        fields.forEach(object::setAdditionalProperty);
        kubernetes.apply(object);
    }

    private String template(String kind, String name) {
        return String.valueOf(kubernetes.find(kind, "lab", name).orElseThrow().<Object>get("spec", "template"));
    }

    private Map<String, String> annotations() {
        return Optional.ofNullable(kubernetes
                        .find("Deployment", "lab", "echo")
                        .orElseThrow()
                        .getMetadata()
                        .getAnnotations())
                .orElse(Map.of());
    }

    private static InterceptRequest request(String workload, String key, String holder, Port... ports) {
        return new InterceptRequest(
                WorkloadName.parse(workload).orElseThrow(),
                List.of(ports),
                Optional.of(Way.PATCH),
                key,
                holder,
                false,
                false,
                Duration.ZERO);
    }

    private static InterceptRequest request(String workload) {
        return request(workload, KEY, "alice@laptop");
    }

    /** One person's session. */
    private final class Visit extends Session {
        Visit(String id, EmbeddedUser user, String options) throws Exception {
            super(id, user, options);
        }

        Interception intercept(InterceptRequest request) throws Exception {
            Interception interception = cluster.intercept(request, effects, progress::add);
            open.add(interception);
            return interception;
        }

        Interception openOn(InterceptRequest request) throws Exception {
            Interception interception = intercept(request);
            interception.open(progress::add);
            return interception;
        }

        KubetunException refusal(InterceptRequest request) throws Exception {
            try {
                intercept(request);
            } catch (KubetunException e) {
                return e;
            }
            throw new AssertionError("not refused");
        }
    }

    private Visit visit(String id) throws Exception {
        return new Visit(id, kubernetes.admin(), "");
    }

    @ParameterizedTest
    @CsvSource({"Deployment,deployment", "StatefulSet,sts", "DaemonSet,ds"})
    void theTemplateIsWhatItWasFieldForField(String kind, String word) throws Exception {
        for (String shape : List.of(RICH, PLAIN)) {
            workload(kind, "echo", 2, shape);
            String before = template(kind, "echo");
            Visit visit = new Visit("a" + shape.length(), kubernetes.admin(), "image-pull-secret=pull");
            visit.intercept(request(word + "/echo"));
            String during = template(kind, "echo");
            assertThat(during)
                    .contains(
                            "kubetun-rules", "kubetun-agent", "kubetun-tmp", "kubetun.io/intercept-since", "name=pull")
                    .doesNotContain("$");
            assertThat(during.indexOf("name=app")).isLessThan(during.indexOf("name=kubetun-agent"));
            visit.leave();
            assertThat(template(kind, "echo")).isEqualTo(before);
        }
    }

    @Test
    void podsGetTheirAgentAndNewOnesToo() throws Exception {
        workload("Deployment", "echo", 2, RICH);
        Await.until(() -> kubernetes.count("Pod", "lab") == 2, PATIENCE);
        Visit visit = visit("aaaa");
        Interception echo = visit.openOn(request(
                "deployment/echo",
                KEY,
                "alice@laptop",
                new Port("http", Protocol.TCP),
                new Port("9090", Protocol.TCP),
                new Port("dns", Protocol.UDP)));
        assertThat(echo.name()).isEqualTo("deployment/echo in lab");
        assertThat(echo.ports())
                .containsExactly(Map.entry("http", 8080), Map.entry("9090", 9090), Map.entry("dns", 53));
        assertThat(echo.agents().running())
                .hasSize(2)
                .allSatisfy(pod -> assertThat(pod.port()).isEqualTo(9701));
        assertThat(progress)
                .contains("Putting an agent into the pods of deployment/echo in lab.")
                .last()
                .isEqualTo("2 of 2 pods of deployment/echo in lab have their agent.");
        assertThat(echo.notes()).isEmpty();
        assertThat(template("Deployment", "echo"))
                .contains("name=KUBETUN_AGENT_TCP, value=8080,9090", "name=KUBETUN_AGENT_UDP, value=53")
                .contains("name=KUBETUN_AGENT_PROBES, value=http:8080:/ready", "value=" + KEY);
        assertThat(annotations().get("kubetun.io/intercept")).contains("alice@laptop", "SHA256:", "aaaa");

        List<Interception.Agents> told = new CopyOnWriteArrayList<>();
        open.add(echo.follow(told::add));
        GenericKubernetesResource deployment =
                kubernetes.find("Deployment", "lab", "echo").orElseThrow();
        deployment.<Map<String, Object>>get("spec").put("replicas", 3);
        kubernetes.apply(deployment);
        Await.until(() -> echo.agents().running().size() == 3, PATIENCE);
        assertThat(told).last().isEqualTo(echo.agents());

        visit.leave();
        Await.until(() -> echo.agents().running().isEmpty(), PATIENCE);
        assertThat(annotations()).doesNotContainKey("kubetun.io/intercept");
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void isTakenBackByARepairAfterACrash() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        String before = template("Deployment", "echo");
        visit("cccc").openOn(request("deployment/echo"));
        RepairReport report =
                new Repair(dead("first"), List.of(new InterceptChangeType(), new LeaseChangeType())).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone())
                .extracting(RepairReport.Change::kind)
                .containsExactly("intercept", "intercept-lease");
        assertThat(template("Deployment", "echo")).isEqualTo(before);
    }

    @Test
    void aRepairLeavesWhatTheOwnersNextSessionHasAdopted() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        visit("aaaa").openOn(request("deployment/echo"));
        Path dead = dead("first");
        String during = template("Deployment", "echo");
        Visit next = visit("bbbb");
        next.openOn(request("deployment/echo"));
        assertThat(template("Deployment", "echo"))
                .as("no pod is replaced for it")
                .isEqualTo(during);
        assertThat(new Repair(dead, List.of(new InterceptChangeType(), new LeaseChangeType()))
                        .run()
                        .problems())
                .isEmpty();
        assertThat(template("Deployment", "echo")).isEqualTo(during);
        next.leave();
        assertThat(template("Deployment", "echo")).doesNotContain("kubetun");
    }

    @Test
    void oneOwnerAtATimeUntilSomebodyEndsIt() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        Visit alice = visit("aaaa");
        Interception hers = alice.openOn(request("deployment/echo"));
        Visit bob = visit("bbbb");
        KubetunException refused = bob.refusal(request("deployment/echo", OTHER_KEY, "bob@desk"));
        assertThat(refused.why()).startsWith("it is intercepted by alice@laptop since 20");
        assertThat(refused.next()).endsWith("kubetun leave deployment/echo --force");
        assertThat(bob.cluster.leave(WorkloadName.parse("deployment/echo").orElseThrow(), bob.effects))
                .hasValueSatisfying(whose -> assertThat(whose).startsWith("alice@laptop since"));
        assertThat(template("Deployment", "echo")).doesNotContain("kubetun");
        assertThat(bob.cluster.leave(WorkloadName.parse("deployment/echo").orElseThrow(), bob.effects))
                .isEmpty();
        Await.until(() -> hers.notes().toString().contains("Somebody has taken the agent out"), PATIENCE);

        Interception his = bob.openOn(request("deployment/echo", OTHER_KEY, "bob@desk"));
        Await.until(
                () -> hers.agents().running().isEmpty()
                        && his.agents().running().size() == 1,
                PATIENCE);
        alice.leave();
        assertThat(template("Deployment", "echo")).as("his, not hers").contains(OTHER_KEY);
        bob.leave();
        assertThat(template("Deployment", "echo")).doesNotContain("kubetun");
    }

    @Test
    void ofTwoAtOnceOneWins() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        Visit alice = visit("aaaa");
        Visit bob = visit("bbbb");
        List<CompletableFuture<String>> both = List.of(
                attempt(alice, request("deployment/echo")),
                attempt(bob, request("deployment/echo", OTHER_KEY, "bob@desk")));
        List<String> ends = both.stream().map(CompletableFuture::join).toList();
        assertThat(ends).containsOnlyOnce("");
        assertThat(ends).anySatisfy(end -> assertThat(end).contains("it is intercepted by"));
    }

    private static CompletableFuture<String> attempt(Visit visit, InterceptRequest request) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                visit.intercept(request);
                return "";
            } catch (KubetunException e) {
                return e.getMessage();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    @Test
    void anImageThatCannotBePulledIsToldAndTakenBackAtOnce() throws Exception {
        workload("Deployment", "echo", 1, RICH);
        String before = template("Deployment", "echo");
        Visit visit = new Visit("3333", kubernetes.admin(), "image=\"nowhere/agent:1\"");
        assertThatThrownBy(() -> visit.openOn(request("deployment/echo"))).satisfies(thrown -> {
            KubetunException e = (KubetunException) thrown;
            assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_ERROR);
            assertThat(e.why())
                    .startsWith("the image nowhere/agent:1 cannot be pulled (ImagePullBackOff)")
                    .endsWith("(the workload is again what it was)");
        });
        assertThat(template("Deployment", "echo")).isEqualTo(before);
        visit.leave();
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    /** Where no image is known, no controller makes pods: the test says what it would. */
    @Test
    void aFullQuotaIsToldAndTakenBack() throws Exception {
        kubernetes.close();
        kubernetes = EmbeddedCluster.start();
        kubernetes.namespace("lab");
        workload("Deployment", "echo", 1, PLAIN);
        String before = template("Deployment", "echo");
        Interception echo = visit("4444").intercept(request("deployment/echo"));
        GenericKubernetesResource deployment =
                kubernetes.find("Deployment", "lab", "echo").orElseThrow();
        Map<String, String> failure =
                Map.of("type", "ReplicaFailure", "status", "True", "message", "exceeded quota: small");
        deployment.setAdditionalProperty("status", Map.of("conditions", List.of(failure)));
        kubernetes.apply(deployment);
        assertThatThrownBy(() -> echo.open(progress::add))
                .hasMessageContaining("exceeded quota: small (the workload is again what it was)");
        assertThat(template("Deployment", "echo")).isEqualTo(before);
    }

    @Test
    void whatAStatefulSetCannotCreateIsToldByEvents() throws Exception {
        workload("StatefulSet", "echo", 1, PLAIN);
        String before = template("StatefulSet", "echo");
        failedCreation("old", "an old story");
        Interception echo = visit("5555").intercept(request("sts/echo"));
        CompletableFuture<String> opening = CompletableFuture.supplyAsync(() -> {
            try {
                echo.open(progress::add);
                return "opened";
            } catch (KubetunException | InterruptedException e) {
                return e.getMessage();
            }
        });
        Await.until(() -> progress.contains("0 of 1 pod of statefulset/echo in lab has its agent."), PATIENCE);
        failedCreation("new", "create Pod echo-0 failed error: violates PodSecurity");
        assertThat(opening.get(20, TimeUnit.SECONDS))
                .contains("violates PodSecurity (the workload is again what it was)");
        assertThat(template("StatefulSet", "echo")).isEqualTo(before);
    }

    private void failedCreation(String name, String message) {
        apply("""
                apiVersion: v1
                kind: Event
                metadata: {name: %s, namespace: lab}
                involvedObject: {kind: StatefulSet, name: echo}
                reason: FailedCreate
                message: "%s"
                """.formatted(name, message));
    }

    @ParameterizedTest
    @ValueSource(strings = {"patch deployments", "get deployments", "list pods", "create pods/portforward"})
    void eachMissingVerbIsNamed(String missing) throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        String before = template("Deployment", "echo");
        EmbeddedUser user = kubernetes.user("dev");
        for (String verbs : List.of(
                "get deployments",
                "list deployments",
                "watch deployments",
                "patch deployments",
                "get pods",
                "list pods",
                "watch pods",
                "create pods/portforward")) {
            if (!verbs.equals(missing)) {
                String[] parts = verbs.split(" ", 2);
                user.allow(parts[0], parts[1], "lab");
            }
        }
        Visit visit = new Visit("dddd", user, "");
        KubetunException refused = visit.refusal(request("deployment/echo"));
        assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refused.why()).isEqualTo("this user may not " + missing + " in namespace lab");
        assertThat(refused.next()).contains("docs/rbac.md");
        assertThat(template("Deployment", "echo")).isEqualTo(before);
        String[] parts = missing.split(" ", 2);
        user.allow(parts[0], parts[1], "lab");
        visit.openOn(request("deployment/echo"));
        visit.leave();
        assertThat(template("Deployment", "echo")).isEqualTo(before);
    }

    @Test
    void namesThatMeanAWorkload() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        apply(
                "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: echo-1, namespace: lab, owner: Deployment/echo}}");
        apply(
                "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: lab}, spec: {selector: {app: echo}, ports: [{port: 80}]}}");
        for (String name : List.of("rs/echo-1", "svc/web", "deployments.apps/echo")) {
            Visit visit = visit("v" + name.length());
            assertThat(visit.openOn(request(name)).name()).isEqualTo("deployment/echo in lab");
            visit.leave();
        }
        String pod = podOf("echo");
        Visit visit = visit("pod1");
        assertThat(visit.openOn(request("pod/" + pod)).name())
                .as("a pod of a workload leads to it")
                .isEqualTo("deployment/echo in lab");
        visit.leave();
        workload("Deployment", "other", 1, PLAIN.replace("{labels: {app: echo}}", "{labels: {app: echo, x: y}}"));
        Await.until(() -> kubernetes.count("Pod", "lab") == 2, PATIENCE);
        apply(
                "{apiVersion: v1, kind: Service, metadata: {name: all, namespace: lab}, spec: {selector: {x: y}, ports: [{port: 80}]}}");
        apply("{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: lab, labels: {x: y}}, spec: {}}");
        assertThat(visit("svc2").refusal(request("svc/all")).getMessage())
                .contains("several are behind it: deployment/other, pod/bare", "kubetun intercept deployment/other");
    }

    private String podOf(String deployment) throws Exception {
        Await.until(() -> kubernetes.count("Pod", "lab") == 1, PATIENCE);
        for (int i = 0; i < 1000; i++) {
            String name = deployment + "-" + Integer.toString(100_000 + i, 36);
            if (kubernetes.find("Pod", "lab", name).isPresent()) {
                return name;
            }
        }
        throw new AssertionError("no pod of " + deployment);
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() throws Exception {
        Visit visit = visit("refused");
        workload("Deployment", "net", 1, PLAIN.replace("|", "|hostNetwork: true\n"));
        assertThat(visit.refusal(request("deployment/net")).why()).contains("hostNetwork");
        workload(
                "Deployment",
                "mesh",
                1,
                PLAIN.replace("containers: [", "containers: [{name: istio-proxy, image: i}, "));
        assertThat(visit.refusal(request("deployment/mesh")).why()).contains("a sidecar of Istio");
        apply("{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: lab}, spec: {}}");
        assertThat(visit.refusal(request("pod/bare")).getMessage())
                .contains("nobody would replace the pod", "kubectl create deployment");
        assertThat(visit.refusal(request("job/once")).why()).contains("they run to their end");
        assertThat(visit.refusal(request("deployment/nothing")).getMessage())
                .contains("there is none of that name in namespace lab", "kubectl get deployments -n lab");
        apply("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: roll-1, namespace: lab, owner: Rollout/roll}}");
        assertThat(visit.refusal(request("rs/roll-1")).why()).contains("rollout/roll");
        workload("Deployment", "echo", 1, RICH);
        assertThat(visit.refusal(request("deployment/echo", KEY, "a", new Port("metrics", Protocol.TCP)))
                        .why())
                .isEqualTo("no container calls a TCP port so; there are http (8080)");
        workload("DaemonSet", "echo", 1, PLAIN);
        GenericKubernetesResource set =
                kubernetes.find("DaemonSet", "lab", "echo").orElseThrow();
        set.<Map<String, Object>>get("spec").put("updateStrategy", Map.of("type", "OnDelete"));
        kubernetes.apply(set);
        assertThat(visit.refusal(request("ds/echo")).why()).contains("OnDelete");
        assertThat(folder.resolve("journal")).doesNotExist();
    }

    @Test
    void managersThatMayUndoItAreTold() throws Exception {
        workload("Deployment", "echo", 1, PLAIN);
        GenericKubernetesResource deployment =
                kubernetes.find("Deployment", "lab", "echo").orElseThrow();
        deployment.getMetadata().setLabels(Map.of("argocd.argoproj.io/instance", "shop"));
        kubernetes.apply(deployment);
        Interception echo = visit("argo").openOn(request("deployment/echo"));
        assertThat(echo.notes())
                .containsExactly("Argo CD (application shop) manages deployment/echo in lab and may take the agent out"
                        + " again: have it pause while the intercept lasts.");
    }
}
