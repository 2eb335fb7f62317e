package io.kubetun.kube.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.document.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What kubetun deploys, and that the chart installs the same. */
class GatewayManifestTest {
    private static final Path CHART = Path.of("../distribution/helm/golden/gateway.yaml");

    private final GatewayManifest manifest =
            new GatewayManifest("lab", "kubetun-gateway", "kubetun-gateway", GatewayImage.name(), Optional.empty());

    @Test
    void isWhatTheRestrictedStandardAdmits() throws Exception {
        Tree pod = Json.parse(manifest.deployment(Map.of())).at("spec", "template", "spec");
        assertThat(pod.at("automountServiceAccountToken").flag(true)).isFalse();
        assertThat(pod.at("hostNetwork").present()).isFalse();
        assertThat(pod.at("securityContext", "runAsNonRoot").flag(false)).isTrue();
        assertThat(pod.at("securityContext", "seccompProfile", "type").text()).contains("RuntimeDefault");
        Tree container = pod.at("containers").items().getFirst();
        assertThat(container.at("securityContext", "allowPrivilegeEscalation").flag(true))
                .isFalse();
        assertThat(container.at("securityContext", "readOnlyRootFilesystem").flag(false))
                .isTrue();
        assertThat(container.at("securityContext", "capabilities", "drop").texts())
                .containsExactly("ALL");
        assertThat(container.at("resources", "requests", "cpu").text()).contains("50m");
        assertThat(container.at("resources", "requests", "memory").text()).contains("64Mi");
        assertThat(pod.at("terminationGracePeriodSeconds").number().orElse(0))
                .isGreaterThan(GatewayManifest.DRAIN_SECONDS);
    }

    @Test
    void theChartInstallsTheSame() throws Exception {
        Tree chart = document("Deployment");
        Tree own = Json.parse(manifest.deployment(Map.of()));
        Map<String, Object> ownSpec = fields(own.at("spec"));
        // Kubetun's own gets its pod after its ServiceAccount.
        ownSpec.put("replicas", "1");
        assertThat(fields(chart.at("spec"))).isEqualTo(ownSpec);
        assertThat(chart.at("metadata", "labels", GatewayManifest.APP).text()).contains(GatewayManifest.APP_NAME);
        assertThat(chart.at("metadata", "labels", GatewayManifest.MANAGED_BY).text())
                .contains(GatewayManifest.HELM);
        assertThat(GatewayLease.isForeign(chart)).isTrue();
        assertThat(GatewayLease.isForeign(own)).isFalse();
        assertThat(document("ServiceAccount").at("automountServiceAccountToken").flag(true))
                .isFalse();
    }

    private static Tree document(String kind) throws Exception {
        return Arrays.stream(Files.readString(CHART).split("(?m)^---\\s*$", -1))
                .filter(text -> text.contains("\nkind: " + kind + "\n"))
                .map(GatewayManifestTest::parse)
                .findFirst()
                .orElseThrow();
    }

    private static Tree parse(String text) {
        try {
            return Yaml.parse(text);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** With all scalars as texts: YAML and JSON are read into different types. */
    private static Map<String, Object> fields(Tree tree) {
        Map<String, Object> fields = new LinkedHashMap<>();
        tree.names().forEach(name -> fields.put(name, plain(tree.at(name))));
        return fields;
    }

    private static Object plain(Tree tree) {
        if (tree.isObject()) {
            return fields(tree);
        }
        return tree.value() instanceof List
                ? tree.items().stream().map(GatewayManifestTest::plain).toList()
                : tree.text().orElse("");
    }
}
