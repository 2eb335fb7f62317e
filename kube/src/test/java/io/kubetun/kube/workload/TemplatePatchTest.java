package io.kubetun.kube.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is patched into workloads of several shapes and out of them, as documents. */
class TemplatePatchTest {
    private static final String KEY = "MCowBQYDK2VwAyEAalice";
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T10:00:00.5Z"));

    private static final String PLAIN = "\"containers\":[{\"name\":\"app\"}]";
    private static final String RICH = """
            "initContainers":[{"name":"first"}],"containers":[{"name":"app"},{"name":"side"}],
            "volumes":[{"name":"cache"}],"imagePullSecrets":[{"name":"registry"}]""";

    private static Workload workload(String pod, String annotations, String ofPods) throws Exception {
        return new Workload(Kind.DEPLOYMENT, "lab", "echo", Json.parse("""
                {"metadata":{"resourceVersion":"7"%s},"spec":{"selector":{"matchLabels":{"app":"echo"},"matchExpressions":[
                {"key":"tier","operator":"In","values":["a","b"]},{"key":"old","operator":"DoesNotExist"}]},
                "template":{"metadata":{"labels":{"app":"echo"}%s},"spec":{%s}}}}
                """.formatted(annotations, ofPods, pod)));
    }

    private static Workload workload(String pod) throws Exception {
        return workload(pod, "", "");
    }

    /** Which the API server makes of it, as far as these tests look. */
    private static Workload intercepted(String key, String noted) throws Exception {
        return workload(
                """
                "initContainers":[{"name":"kubetun-rules"}],
                "containers":[{"name":"app"},{"name":"kubetun-agent","env":[{"name":"KUBETUN_AGENT_KEY","value":"%s"}]}],
                "volumes":[{"name":"kubetun-tmp"}],"imagePullSecrets":[{"name":"pull"}]""".formatted(key),
                ",\"annotations\":{\"kubetun.io/intercept\":\"" + noted.replace("\"", "\\\"") + "\"}",
                ",\"annotations\":{\"team\":\"blue\",\"kubetun.io/intercept-holder\":\"alice@laptop\","
                        + "\"kubetun.io/intercept-since\":\"2025-12-31T00:00:00Z\"}");
    }

    private static Intercept intercept(String secret, Port... ports) {
        InterceptRequest request = new InterceptRequest(
                new WorkloadName(Kind.DEPLOYMENT, "echo"),
                List.of(ports),
                Optional.empty(),
                KEY,
                "alice@laptop",
                false,
                false,
                Duration.ZERO);
        return new Intercept(request, "aaaa", "k/a:1", Optional.of(secret).filter(s -> !s.isEmpty()), CLOCK);
    }

    private static Tree add(Intercept intercept, Workload workload) throws Exception {
        return Json.parse(Json.write(intercept.patch(workload, Tree.MISSING)));
    }

    private static Tree pod(Tree patch) {
        return patch.at("spec", "template", "spec");
    }

    private static List<String> names(Tree list) {
        return list.items().stream()
                .flatMap(item -> item.at("name").text().stream())
                .toList();
    }

    @Test
    void addsItsOwnBehindWhatIsThere() throws Exception {
        Tree patch = add(intercept("pull"), workload(RICH));
        assertThat(patch.at("metadata", "resourceVersion").text()).contains("7");
        Tree pod = pod(patch);
        assertThat(names(pod.at("containers"))).containsExactly("kubetun-agent");
        assertThat(names(pod.at("$setElementOrder/containers"))).containsExactly("app", "side", "kubetun-agent");
        assertThat(names(pod.at("$setElementOrder/initContainers"))).containsExactly("first", "kubetun-rules");
        assertThat(names(pod.at("$setElementOrder/volumes"))).containsExactly("cache", "kubetun-tmp");
        assertThat(names(pod.at("$setElementOrder/imagePullSecrets"))).containsExactly("registry", "pull");
        Tree annotations = patch.at("spec", "template", "metadata", "annotations");
        assertThat(annotations.at("kubetun.io/intercept-holder").text()).contains("alice@laptop");
        assertThat(annotations.at("kubetun.io/intercept-since").text()).contains("2026-01-01T10:00:00Z");
        Tree noted = Json.parse(patch.at("metadata", "annotations", "kubetun.io/intercept")
                .text()
                .orElse(""));
        assertThat(noted.at("pullSecret").text()).contains("pull");
        assertThat(noted.at("key").text()).contains(Holding.fingerprint(KEY));
        assertThat(noted.toString()).doesNotContain(KEY);
    }

    @Test
    void aSecretThatIsThereIsNotItsOwn() throws Exception {
        Tree patch = add(intercept("registry"), workload(RICH));
        assertThat(pod(patch).at("imagePullSecrets").present()).isFalse();
        assertThat(patch.at("metadata", "annotations", "kubetun.io/intercept")
                        .text()
                        .orElse(""))
                .doesNotContain("pullSecret");
    }

    @Test
    void theContainersHaveTheRightsThatTheyNeed() throws Exception {
        Tree pod = pod(add(intercept(""), workload(PLAIN)));
        Tree rules = pod.at("initContainers").items().getFirst();
        Tree agent = pod.at("containers").items().getFirst();
        assertThat(rules.at("args").texts()).containsExactly("agent-rules");
        assertThat(rules.at("securityContext", "runAsUser").number()).contains(0);
        assertThat(rules.at("securityContext", "capabilities", "add").texts()).containsExactly("NET_ADMIN");
        assertThat(agent.at("args").texts()).containsExactly("agent");
        assertThat(agent.at("securityContext", "runAsUser").number()).contains(57070);
        assertThat(agent.at("securityContext", "runAsNonRoot").flag(false)).isTrue();
        assertThat(agent.at("securityContext", "capabilities", "add").present()).isFalse();
        assertThat(agent.at("securityContext", "seccompProfile", "type").text()).contains("RuntimeDefault");
        for (Tree each : List.of(rules, agent)) {
            assertThat(each.at("securityContext", "capabilities", "drop").texts())
                    .containsExactly("ALL");
            assertThat(each.at("securityContext", "allowPrivilegeEscalation").flag(true))
                    .isFalse();
            assertThat(each.at("securityContext", "readOnlyRootFilesystem").flag(false))
                    .isTrue();
            assertThat(each.at("resources", "requests", "memory").text()).contains("48Mi");
            assertThat(names(each.at("env")))
                    .containsExactly(
                            "KUBETUN_AGENT_KEY",
                            "KUBETUN_AGENT_TCP",
                            "KUBETUN_AGENT_UDP",
                            "KUBETUN_AGENT_PROBES",
                            "KUBETUN_AGENT_POD_IPS",
                            "KUBETUN_AGENT_NODE_IPS",
                            "POD_NAME");
        }
    }

    @Test
    void takesOutWhatIsThereOfItAndNoMore() throws Exception {
        Tree patch = Json.parse(Json.write(TemplatePatch.remove(
                intercepted(KEY, "{\"key\":\"k\",\"session\":\"aaaa\",\"pullSecret\":\"pull\"}"))));
        for (String list : List.of("containers", "initContainers", "volumes", "imagePullSecrets")) {
            List<Tree> items = pod(patch).at(list).items();
            assertThat(items).as(list).hasSize(1);
            assertThat(items.getFirst().at("$patch").text()).contains("delete");
        }
        assertThat(patch.at("spec", "template", "metadata", "annotations").names())
                .containsExactlyInAnyOrder("kubetun.io/intercept-holder", "kubetun.io/intercept-since");
        assertThat(patch.at("metadata", "annotations").names()).containsExactly("kubetun.io/intercept");
        assertThat(pod(Json.parse(Json.write(TemplatePatch.remove(workload(RICH)))))
                        .names())
                .isEmpty();
    }

    @Test
    void itsOwnIsKeptAndAnothersRefused() throws Exception {
        Workload own = intercepted(KEY, "{\"session\":\"aaaa\",\"pullSecret\":\"pull\"}");
        Tree again = add(intercept("pull"), own);
        assertThat(again.at("spec", "template", "metadata", "annotations", "kubetun.io/intercept-since")
                        .text())
                .as("another time would replace the pods")
                .contains("2025-12-31T00:00:00Z");
        assertThat(names(pod(again).at("$setElementOrder/containers"))).containsExactly("app", "kubetun-agent");
        assertThat(variables(again).getFirst().at("$patch").text()).contains("replace");
        assertThat(variables(add(intercept(""), workload(PLAIN)))
                        .getFirst()
                        .at("$patch")
                        .present())
                .as("the API server would take it for a variable")
                .isFalse();
        assertThat(pod(add(intercept(""), own)).at("imagePullSecrets").items())
                .singleElement()
                .satisfies(item -> assertThat(item.at("$patch").text()).contains("delete"));
        assertThatThrownBy(() -> add(intercept(""), intercepted("bobs", "{}")))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("it is intercepted by alice@laptop since 2025-12-31T00:00:00Z");
        Holding there = Holding.of(own).orElseThrow();
        assertThat(there.isOf(Holding.fingerprint(KEY), "aaaa")).isTrue();
        assertThat(there.isOf(Holding.fingerprint(KEY), "bbbb")).isFalse();
        assertThat(Holding.of(intercepted(KEY, "no JSON")).orElseThrow().isOf(Holding.fingerprint(KEY), "bbbb"))
                .as("nothing says whose session it is")
                .isTrue();
    }

    private static List<Tree> variables(Tree patch) {
        return pod(patch).at("containers").items().getFirst().at("env").items();
    }

    @Test
    void selectsItsPods() throws Exception {
        assertThat(workload(PLAIN).selector()).isEqualTo("app=echo,tier in (a,b),!old");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'readinessProbe':{'httpGet':{'path':'/ready','port':'http'}}|http:8080:/ready",
                "'livenessProbe':{'httpGet':{'port':81}}|http:81:/",
                "'livenessProbe':{'httpGet':{'path':'ok?x=1','port':81,'scheme':'HTTP'}}|http:81:/ok?x=1",
                "'startupProbe':{'httpGet':{'path':'/','port':8443,'scheme':'HTTPS'}}|tcp:8443",
                "'readinessProbe':{'httpGet':{'path':'/a;b','port':81}}|tcp:81",
                "'readinessProbe':{'tcpSocket':{'port':'http'}},'livenessProbe':{'grpc':{'port':50051}}|tcp:8080;tcp:50051",
                "'readinessProbe':{'tcpSocket':{'port':1}},'livenessProbe':{'tcpSocket':{'port':1}}|tcp:1",
                "'readinessProbe':{'exec':{'command':['true']}}|``",
                "'readinessProbe':{'httpGet':{'host':'example.com','port':80}}|``",
            })
    void probes(String probes, String told) throws Exception {
        Workload workload =
                workload(("'containers':[{'name':'app','ports':[{'name':'http','containerPort':8080}]," + probes + "}]")
                        .replace('\'', '"'));
        assertThat(Probes.of(workload)).isEqualTo(told);
    }

    @Test
    void portsByNameAndNumber() throws Exception {
        Workload workload = workload("""
                "containers":[{"name":"app","ports":[{"name":"http","containerPort":8080},
                {"name":"dns","containerPort":53,"protocol":"UDP"},{"containerPort":9000}]}]""");
        TakenPorts ports = TakenPorts.of(
                intercept("", port("http"), port("1234"), new Port("dns", Protocol.UDP))
                        .request(),
                workload);
        assertThat(ports.tcpText()).isEqualTo("8080,1234");
        assertThat(ports.udpText()).isEqualTo("53");
        assertThat(ports).hasToString("TCP 8080, 1234 and UDP 53");
        assertThat(ports.byAsked())
                .containsExactly(Map.entry("http", 8080), Map.entry("1234", 1234), Map.entry("dns", 53));
        TakenPorts all = TakenPorts.of(intercept("").request(), workload);
        assertThat(all.tcpText()).isEqualTo("all");
        assertThat(all).hasToString("all TCP");
        TakenPorts udp =
                TakenPorts.of(intercept("", new Port("53", Protocol.UDP)).request(), workload);
        assertThat(udp.tcpText()).as("no TCP was asked for").isEmpty();
        assertThatThrownBy(() -> TakenPorts.of(intercept("", port("dns")).request(), workload))
                .hasMessageContaining("no container calls a TCP port so; there are http (8080)");
        for (String wrong : List.of("0", "65536")) {
            assertThatThrownBy(() -> TakenPorts.of(intercept("", port(wrong)).request(), workload))
                    .hasMessageContaining("from 1 to 65535");
        }
        assertThatThrownBy(() -> TakenPorts.of(
                        intercept("", new Port("1", Protocol.SCTP)).request(), workload))
                .hasMessageContaining("SCTP");
    }

    private static Port port(String text) {
        return new Port(text, Protocol.TCP);
    }
}
