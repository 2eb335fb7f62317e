package io.kubetun.kube.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is changed of Services and of a template by the way of target ports, as documents. */
class TargetPortsTest {
    private static final String SERVICE = """
            {"metadata":{"name":"web","resourceVersion":"7","annotations":{"team":"blue"}},"spec":{"clusterIP":"10.96.0.7",
            "selector":{"app":"echo"},"ports":[
            {"name":"http","port":80,"protocol":"TCP","targetPort":"http","nodePort":30080},
            {"name":"dns","port":53,"protocol":"TCP","targetPort":5353},
            {"name":"dns-udp","port":53,"protocol":"UDP","targetPort":5353},
            {"name":"gone","port":90,"protocol":"TCP","targetPort":"nobody"},
            {"name":"same","port":9000}]}}
            """;

    private static Workload workload() throws Exception {
        return new Workload(Kind.DEPLOYMENT, "lab", "echo", Json.parse("""
                {"metadata":{"resourceVersion":"7"},"spec":{"selector":{"matchLabels":{"app":"echo"}},"template":{
                "metadata":{"labels":{"app":"echo","tier":"web"}},"spec":{"containers":[{"name":"app","ports":[
                {"name":"http","containerPort":8080},{"name":"http","containerPort":53,"protocol":"UDP"},
                {"containerPort":9704}]}]}}}}
                """));
    }

    private static ServiceDocument service() throws Exception {
        return new ServiceDocument(Json.parse(SERVICE));
    }

    private static Leading leading(List<LedPort> ports) {
        return new Leading("deployment/echo", "alice@laptop", "SHA256:a", "2026-01-01T10:00:00Z", "aaaa", ports);
    }

    /** What the API server makes of a merge patch. */
    private static ServiceDocument patched(ServiceDocument service, Map<String, Object> patch) throws Exception {
        Tree changes = Json.parse(Json.write(patch));
        Tree ports = changes.at("spec", "ports").present()
                ? changes.at("spec", "ports")
                : service.document().at("spec", "ports");
        String noted =
                changes.at("metadata", "annotations", Leading.ANNOTATION).text().orElse("");
        return new ServiceDocument(new Tree(Map.of(
                "metadata",
                Map.of("name", "web", "resourceVersion", "8", "annotations", Map.of(Leading.ANNOTATION, noted)),
                "spec",
                Map.of("ports", ports.value()))));
    }

    private static List<String> targets(ServiceDocument service) {
        return service.document().at("spec", "ports").items().stream()
                .map(port -> port.at("targetPort").text().orElse("-"))
                .toList();
    }

    @Test
    void knowsWhereItLeadsAndWhom() throws Exception {
        assertThat(service().originals(workload())).isEqualTo(Map.of(80, 8080, 53, 5353, 9000, 9000));
        assertThat(service().selects(workload())).isTrue();
        assertThat(service().query()).isEqualTo("app=echo");
        assertThat(service().headless()).isFalse();
        assertThat(new ServiceDocument(Json.parse("{\"spec\":{\"selector\":{\"app\":\"x\"}}}")).selects(workload()))
                .isFalse();
        assertThat(new ServiceDocument(Json.parse("{\"spec\":{}}")).selects(workload()))
                .as("without a selector it has no pods of its own")
                .isFalse();
    }

    @Test
    void anEntranceIsAPortThatNobodyHas() throws Exception {
        Entrances entrances = Entrances.of(Set.of(8080, 9703, 5353), workload());
        assertThat(entrances.own()).isEqualTo(Map.of(5353, 9705, 8080, 9706, 9703, 9707));
        assertThat(entrances.text()).isEqualTo("9705=5353,9706=8080,9707=9703");
    }

    @Test
    void whatIsLedComesBackAsItWas() throws Exception {
        Entrances entrances = Entrances.of(Set.of(8080, 5353), workload());
        List<LedPort> led = service().led(workload(), entrances);
        assertThat(led).hasToString("[80 to 9705 (before: http), 53 to 9703 (before: 5353)]");
        Map<String, Object> patch = service().lead(leading(led));
        assertThat(Json.parse(Json.write(patch))
                        .at("metadata", "resourceVersion")
                        .text())
                .contains("7");
        ServiceDocument changed = patched(service(), patch);
        assertThat(targets(changed)).containsExactly("9705", "9703", "5353", "nobody", "-");
        assertThat(changed.document()
                        .at("spec", "ports")
                        .items()
                        .getFirst()
                        .at("nodePort")
                        .number())
                .contains(30080);
        assertThat(Leading.of(changed.document())).contains(leading(led));
        assertThat(changed.originals(workload()))
                .as("seen through it")
                .isEqualTo(service().originals(workload()));
        ServiceDocument restored = patched(changed, changed.restore().orElseThrow());
        assertThat(restored.document().at("spec", "ports"))
                .isEqualTo(service().document().at("spec", "ports"));
        assertThat(Leading.of(restored.document())).isEmpty();
        assertThat(restored.restore()).as("once").isEmpty();
    }

    @Test
    void whatSomebodyElseChangedStays() throws Exception {
        List<LedPort> led = service().led(workload(), Entrances.of(Set.of(8080, 5353), workload()));
        ServiceDocument changed = patched(service(), service().lead(leading(led)));
        ServiceDocument theirs = new ServiceDocument(Json.parse(Json.write(Map.of(
                "metadata",
                changed.document().at("metadata").value(),
                "spec",
                Map.of(
                        "ports",
                        List.of(
                                Map.of("port", 80, "targetPort", 7070),
                                Map.of("port", 53, "targetPort", 9703, "protocol", "TCP")))))));
        assertThat(targets(patched(theirs, theirs.restore().orElseThrow()))).containsExactly("7070", "5353");
        assertThat(theirs.originals(workload())).isEqualTo(Map.of(80, 7070, 53, 5353));
    }

    @Test
    void anAnnotationThatNobodyCanReadIsTakenAway() throws Exception {
        ServiceDocument broken = new ServiceDocument(
                Json.parse(SERVICE.replace("\"team\":\"blue\"", "\"" + Leading.ANNOTATION + "\":\"{no JSON\"")));
        Map<String, Object> patch = broken.restore().orElseThrow();
        assertThat(patch).doesNotContainKey("spec");
        assertThat(Leading.of(patched(broken, patch).document())).isEmpty();
    }

    @Test
    void theAgentComesAloneAndTheKubeletAsksItFirst() throws Exception {
        InterceptRequest request = new InterceptRequest(
                new WorkloadName(Kind.DEPLOYMENT, "echo"),
                List.of(),
                Optional.empty(),
                "MCowBQYDK2VwAyEAalice",
                "alice@laptop",
                false,
                false,
                Duration.ZERO);
        Intercept intercept = new Intercept(request, "aaaa", "k/a:1", Optional.empty(), InstantSource.system());
        Tree pod = Json.parse(
                        Json.write(intercept.patch(workload(), Tree.MISSING, Entrances.of(Set.of(8080), workload()))))
                .at("spec", "template", "spec");
        assertThat(pod.at("initContainers").present()).isFalse();
        Tree agent = pod.at("containers").items().getFirst();
        assertThat(agent.at("startupProbe", "tcpSocket", "port").number()).contains(9702);
        assertThat(agent.at("env")
                        .named(Entrances.VARIABLE)
                        .flatMap(variable -> variable.at("value").text()))
                .contains("9703=8080");
        for (String empty : List.of("KUBETUN_AGENT_TCP", "KUBETUN_AGENT_UDP", "KUBETUN_AGENT_PROBES")) {
            assertThat(agent.at("env").named(empty).orElseThrow().at("value").text())
                    .as(empty)
                    .isEmpty();
        }
        Tree security = agent.at("securityContext");
        assertThat(security.at("capabilities", "drop").texts()).containsExactly("ALL");
        assertThat(security.at("capabilities", "add").present()).isFalse();
        assertThat(security.at("runAsNonRoot").flag(false)).isTrue();
        assertThat(security.at("allowPrivilegeEscalation").flag(true)).isFalse();
    }
}
