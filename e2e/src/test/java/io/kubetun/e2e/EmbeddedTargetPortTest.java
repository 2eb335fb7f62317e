package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kube.KubeClusterProvider;
import io.kubetun.kube.workload.InterceptChangeType;
import io.kubetun.kube.workload.LeaseChangeType;
import io.kubetun.kube.workload.ServiceChangeType;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Port;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The way by Services' target ports: its objects from their making to their end, on the embedded cluster. */
class EmbeddedTargetPortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEY = "MCowBQYDK2VwAyEAalice";
    private static final String OTHER_KEY = "MCowBQYDK2VwAyEAbob";
    private static final String AGENT = "kubetun.io/gateway:0.1.0";
    private static final String NOTED = "kubetun.io/intercept-target-ports";

    private static final String ECHO = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: echo, namespace: lab}
            spec:
              replicas: 2
              selector: {matchLabels: {app: echo}}
              template:
                metadata: {labels: {app: echo, tier: web}}
                spec:
                  containers:
                  - name: app
                    image: "shop/echo:1"
                    ports: [{name: http, containerPort: 8080}, {containerPort: 9090}, {name: dns, containerPort: 53, protocol: UDP}, {containerPort: 9703}]
            """;

    private static final String WEB =
            "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: lab, annotations: {team: blue}},"
                    + " spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: http},"
                    + " {name: adm, port: 90, targetPort: 9090}, {name: dns, port: 80, protocol: UDP, targetPort: dns}]}}";

    private static final String API = "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: lab},"
            + " spec: {selector: {tier: web}, ports: [{port: 8080}]}}";

    private static final String HEADLESS = "{apiVersion: v1, kind: Service, metadata: {name: pods, namespace: lab},"
            + " spec: {clusterIP: None, selector: {app: echo}, ports: [{port: 8080}]}}";

    @TempDir
    private Path folder;

    private final EventBus events = new EventBus();
    private final NettyTransport loops = new NettyTransport(1, NettyTransport.pool(1));
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private EmbeddedCluster kubernetes;

    @BeforeEach
    void start() throws Exception {
        kubernetes = EmbeddedCluster.start();
        kubernetes.namespace("lab");
        kubernetes.image("shop/echo:1", setup -> {});
        kubernetes.image(AGENT, setup -> {});
        for (String each : List.of(ECHO, WEB, API, HEADLESS)) {
            apply(each);
        }
        Await.until(() -> kubernetes.count("Pod", "lab") == 2, PATIENCE);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        kubernetes.close();
        loops.close();
        events.close();
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
                .build());
        fields.forEach(object::setAdditionalProperty);
        kubernetes.apply(object);
    }

    private GenericKubernetesResource find(String kind, String name) {
        return kubernetes.find(kind, "lab", name).orElseThrow();
    }

    /** All that a change could touch: specs and annotations of the workload and of its Services. */
    private List<Object> everything() {
        List<Object> all = new ArrayList<>();
        all.add(find("Deployment", "echo").<Object>get("spec"));
        for (String service : List.of("web", "api", "pods")) {
            GenericKubernetesResource found = find("Service", service);
            all.add(found.<Object>get("spec"));
            all.add(Optional.ofNullable(found.getMetadata().getAnnotations()).orElse(Map.of()));
        }
        return all;
    }

    private List<Object> targets(String service) {
        List<Map<String, Object>> ports = find("Service", service).get("spec", "ports");
        return ports.stream().map(port -> port.get("targetPort")).toList();
    }

    private String template() {
        return String.valueOf(find("Deployment", "echo").<Object>get("spec", "template"));
    }

    private static InterceptRequest request(Optional<Way> way, String key, String holder, Port... ports) {
        return new InterceptRequest(
                WorkloadName.parse("deployment/echo").orElseThrow(),
                List.of(ports),
                way,
                key,
                holder,
                false,
                false,
                Duration.ZERO);
    }

    private static InterceptRequest request(Port... ports) {
        return request(Optional.of(Way.TARGET_PORT), KEY, "alice@laptop", ports);
    }

    private static Port tcp(String port) {
        return new Port(port, Protocol.TCP);
    }

    /** One person's session. */
    private final class Visit {
        private final Cluster cluster;
        private final JournaledEffects effects;

        Visit(String id, EmbeddedUser user) throws Exception {
            Path kubeconfig = folder.resolve(id + ".yaml");
            user.kubeconfig(kubeconfig, Credentials.TOKEN, "lab");
            cluster = new KubeClusterProvider()
                    .open(
                            ConfigFactory.parseString("kubeconfig=\"" + kubeconfig + "\""),
                            new ClusterEnvironment(
                                    id, loops, events, progress::add, Map.of("HOME", folder.toString())));
            effects = JournaledEffects.ofSession(id, folder.resolve("journal"), events);
            open.add(cluster);
        }

        Interception intercept(InterceptRequest request) throws Exception {
            Interception interception = cluster.intercept(request, effects, progress::add);
            open.add(interception);
            interception.open(progress::add);
            return interception;
        }

        String refusal(InterceptRequest request) throws Exception {
            List<Object> before = everything();
            try {
                intercept(request);
            } catch (KubetunException e) {
                assertThat(everything()).isEqualTo(before);
                return e.getMessage();
            }
            throw new AssertionError("not refused");
        }

        void leave() {
            assertThat(effects.undoAll()).isEmpty();
        }
    }

    private Visit visit(String id) throws Exception {
        return new Visit(id, kubernetes.admin());
    }

    private RepairReport repair(Path journal) throws Exception {
        return new Repair(journal, List.of(new InterceptChangeType(), new LeaseChangeType(), new ServiceChangeType()))
                .run();
    }

    /** What the journal of a dead process looks like: its name holds the process. */
    private Path dead(String name) throws IOException {
        Path dead = Files.createDirectory(folder.resolve(name));
        try (var files = Files.list(folder.resolve("journal"))) {
            for (Path file : files.toList()) {
                String renamed = file.getFileName().toString().replaceFirst("\\.\\d+-[0-9a-f]+\\.", ".999999999-1.");
                Files.copy(file, dead.resolve(renamed));
            }
        }
        return dead;
    }

    @Test
    void servicesLeadToTheAgentsAndBack() throws Exception {
        List<Object> before = everything();
        Visit visit = visit("aaaa");
        Interception echo = visit.intercept(request());
        assertThat(echo.way()).isEqualTo(Way.TARGET_PORT);
        assertThat(echo.agents().running()).hasSize(2);
        assertThat(targets("web")).as("9703 is the pods' own").containsExactly(9704, 9705, "dns");
        assertThat(targets("api")).containsExactly(9704);
        assertThat(targets("pods")).as("headless").containsExactly(8080);
        assertThat(template())
                .contains("name=KUBETUN_AGENT_ENTRANCES, value=9704=8080,9705=9090", "startupProbe", "9702")
                .doesNotContain("kubetun-rules", "NET_ADMIN");
        assertThat(find("Service", "web").getMetadata().getAnnotations())
                .containsEntry("team", "blue")
                .hasEntrySatisfying(
                        NOTED,
                        noted -> assertThat(noted)
                                .contains("\"was\":\"http\"", "\"was\":9090", "alice@laptop", "deployment/echo"));
        assertThat(progress).last().asString().contains("80 to 9704 (before: http)");
        assertThat(echo.notes())
                .anySatisfy(note -> assertThat(note).contains("listen on the pods' addresses", "reaches this machine"))
                .anySatisfy(note -> assertThat(note).contains("headless service/pods reach the original"));
        visit.leave();
        assertThat(everything()).isEqualTo(before);
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void onlyThePortsThatAreTaken() throws Exception {
        List<Object> before = everything();
        Visit visit = visit("aaaa");
        Interception echo = visit.intercept(request(tcp("9090")));
        assertThat(echo.ports()).containsExactly(Map.entry("9090", 9090));
        assertThat(targets("web")).containsExactly("http", 9704, "dns");
        assertThat(find("Service", "api").getMetadata().getAnnotations()).isNullOrEmpty();
        visit.leave();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aRepairPutsAllBackAfterACrash() throws Exception {
        List<Object> before = everything();
        visit("cccc").intercept(request());
        RepairReport report = repair(dead("first"));
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone())
                .extracting(RepairReport.Change::kind)
                .containsExactly("intercept-service", "intercept-service", "intercept", "intercept-lease");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aRepairLeavesWhatTheOwnersNextSessionHasAdopted() throws Exception {
        List<Object> before = everything();
        visit("aaaa").intercept(request());
        Path dead = dead("first");
        Visit next = visit("bbbb");
        next.intercept(request(tcp("9090")));
        assertThat(targets("web")).as("of the new session alone").containsExactly("http", 9704, "dns");
        assertThat(repair(dead).problems()).isEmpty();
        assertThat(targets("web")).containsExactly("http", 9704, "dns");
        assertThat(template()).contains("kubetun-agent");
        next.leave();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void anybodyEndsItWithoutTheJournal() throws Exception {
        List<Object> before = everything();
        Visit alice = visit("aaaa");
        Interception echo = alice.intercept(request());
        Visit bob = visit("bbbb");
        assertThat(bob.refusal(request(Optional.of(Way.TARGET_PORT), OTHER_KEY, "bob@desk")))
                .contains("it is intercepted by alice@laptop since 20");
        assertThat(bob.cluster.leave(WorkloadName.parse("deployment/echo").orElseThrow(), bob.effects))
                .hasValueSatisfying(holder -> assertThat(holder).startsWith("alice@laptop since 20"));
        assertThat(everything()).isEqualTo(before);
        Await.until(
                () -> echo.notes().stream().anyMatch(note -> note.contains("Somebody has taken the agent out")),
                PATIENCE);
        alice.leave();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void whatSomebodyElseHasChangedStaysTheirs() throws Exception {
        List<Object> before = everything();
        Visit visit = visit("aaaa");
        visit.intercept(request());
        GenericKubernetesResource web = find("Service", "web");
        List<Map<String, Object>> ports = web.get("spec", "ports");
        ports.getFirst().put("targetPort", 7070);
        kubernetes.apply(web);
        visit.leave();
        assertThat(targets("web")).containsExactly(7070, 9090, "dns");
        assertThat(find("Service", "web").getMetadata().getAnnotations()).containsOnlyKeys("team");
        assertThat(everything().getFirst()).as("the workload").isEqualTo(before.getFirst());
    }

    @Test
    void servicesGoBackAtOnceWhenSomebodyPutsTheTemplateBack() throws Exception {
        List<Object> before = everything();
        Visit visit = visit("aaaa");
        visit.intercept(request());
        apply(ECHO);
        Await.until(() -> everything().equals(before), PATIENCE);
        visit.leave();
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void asLongAsAServiceLeadsToTheAgentsTheyStay() throws Exception {
        List<Object> before = everything();
        EmbeddedUser user = kubernetes.user("dev");
        allow(user, "patch services");
        Visit visit = new Visit("dddd", user);
        visit.intercept(request());
        user.denyAll();
        allow(user, "");
        assertThat(visit.effects.undoAll()).isNotEmpty();
        assertThat(targets("web")).containsExactly(9704, 9705, "dns");
        assertThat(template()).contains("kubetun-agent");
        allow(user, "patch services");
        assertThat(repair(dead("later")).problems()).isEmpty();
        assertThat(everything()).isEqualTo(before);
    }

    private static void allow(EmbeddedUser user, String more) {
        for (String each : List.of(
                "get,list,watch,patch deployments",
                "get replicasets",
                "get,list,watch pods,services,endpointslices",
                "create pods/portforward",
                more)) {
            if (!each.isEmpty()) {
                String[] parts = each.split(" ", 2);
                for (String verb : parts[0].split(",", -1)) {
                    for (String resource : parts[1].split(",", -1)) {
                        user.allow(verb, resource, "lab");
                    }
                }
            }
        }
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() throws Exception {
        Visit visit = visit("eeee");
        assertThat(visit.refusal(request(tcp("7070")))).contains("no Service leads to its port 7070; to 8080, 9090");
        assertThat(visit.refusal(request(new Port("dns", Protocol.UDP)))).contains("UDP cannot be taken");
        EmbeddedUser user = kubernetes.user("dev");
        allow(user, "");
        assertThat(new Visit("ffff", user).refusal(request()))
                .contains("this user may not patch services in namespace lab", "docs/rbac.md");
        apply(ECHO.replace("name: echo,", "name: other,").replace("app: echo", "app: other"));
        Await.until(() -> kubernetes.count("Pod", "lab") == 4, PATIENCE);
        assertThat(visit.refusal(request()))
                .contains("service/api leads to others too, which would have no agent: deployment/other");
        visit.intercept(request(tcp("9090")));
        visit.leave();
        kubernetes.delete(find("Service", "web"));
        kubernetes.delete(find("Service", "api"));
        assertThatThrownBy(() -> visit("gggg").intercept(request()))
                .hasMessageContaining("no Service with an address of its own leads TCP to it")
                .hasMessageContaining("service/pods");
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void isTheWayWhereNoRuleMayBeSet() throws Exception {
        apply("{apiVersion: v1, kind: Namespace, metadata: {name: lab,"
                + " labels: {pod-security.kubernetes.io/enforce: restricted}}}");
        Visit visit = visit("hhhh");
        Interception echo = visit.intercept(request(Optional.empty(), KEY, "alice@laptop"));
        assertThat(echo.way()).isEqualTo(Way.TARGET_PORT);
        assertThat(progress)
                .anySatisfy(
                        line -> assertThat(line).contains("Not by --way patch").containsPattern("Pod ?Security"));
        visit.leave();
    }
}
