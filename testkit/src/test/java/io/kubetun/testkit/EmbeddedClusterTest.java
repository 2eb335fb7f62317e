package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedClusterTest {
    @TempDir
    private Path folder;

    private KubernetesClient client(EmbeddedCluster cluster) throws IOException {
        Path file = cluster.kubeconfig(folder.resolve("config"));
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(file.toFile()))
                .build();
    }

    @Test
    void aThousandServicesAreThereAtOnce() throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start()) {
            long start = System.nanoTime();
            EmbeddedNamespace many = cluster.namespace("many");
            for (int i = 0; i < 1000; i++) {
                many.service("s" + i)
                        .port("http", 80, 8080)
                        .pods(1, pod -> pod.http(8080, request -> PodResponse.text("")));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            try (KubernetesClient client = client(cluster)) {
                assertThat(client.services().inAnyNamespace().list().getItems()).hasSize(1000);
                assertThat(client.discovery()
                                .v1()
                                .endpointSlices()
                                .inAnyNamespace()
                                .list()
                                .getItems())
                        .hasSize(1000)
                        .allMatch(slice -> slice.getEndpoints().size() == 1);
            }
        }
    }

    @Test
    void startsAndStopsQuicklyOnceTheClassesAreLoaded() throws IOException {
        EmbeddedCluster.start().close();
        long start = System.nanoTime();
        EmbeddedCluster.start().close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void plainHttpHasNoCertificate() throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder()
                        .plainHttp()
                        .serverVersion("v1.35.1")
                        .start();
                KubernetesClient client = client(cluster)) {
            assertThat(cluster.url().getScheme()).isEqualTo("http");
            assertThat(cluster.caCertificate()).isEmpty();
            assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("35");
            assertThatThrownBy(() ->
                            cluster.admin().kubeconfig(folder.resolve("x"), Credentials.CLIENT_CERTIFICATE, "lab"))
                    .hasMessageContaining("needs a cluster with TLS");
        }
    }

    @Test
    void kubeconfigsAreForTheirOwnerOnly() throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start()) {
            Path file = cluster.kubeconfig(folder.resolve("config"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void anyObjectOfAKnownTypeIsApplied() throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start();
                KubernetesClient client = client(cluster)) {
            var node = new NodeBuilder().withNewMetadata().withName("n1").endMetadata();
            cluster.apply(node.build());
            cluster.apply(
                    node.editMetadata().addToLabels("zone", "a").endMetadata().build());
            assertThat(client.nodes().withName("n1").get().getMetadata().getLabels())
                    .containsEntry("zone", "a");
            cluster.delete(node.build());
            assertThat(client.nodes().list().getItems()).isEmpty();
            assertThatThrownBy(() -> cluster.apply(new EndpointsBuilder().build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("does not keep v1 Endpoints");
        }
    }

    @Test
    void otherKindsOfServiceLookLikeTheRealOnes() throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start();
                KubernetesClient client = client(cluster)) {
            EmbeddedNamespace lab = cluster.namespace("lab");
            lab.service("away").externalName("echo.other.svc.cluster.local");
            lab.service("legacy").port("db", 5432, 5432).selectorless("192.0.2.7");
            var services = client.services().inNamespace("lab");
            assertThat(services.withName("away").get().getSpec())
                    .returns("ExternalName", spec -> spec.getType())
                    .returns(null, spec -> spec.getClusterIP());
            assertThat(services.withName("legacy").get().getSpec().getSelector())
                    .isEmpty();
            assertThat(client.discovery()
                            .v1()
                            .endpointSlices()
                            .inNamespace("lab")
                            .withLabel("kubernetes.io/service-name", "legacy")
                            .list()
                            .getItems())
                    .singleElement()
                    .satisfies(
                            slice -> assertThat(slice.getEndpoints().getFirst().getAddresses())
                                    .containsExactly("192.0.2.7"));
        }
    }
}
