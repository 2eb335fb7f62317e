package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/testkit.md, word for word. */
class ExampleTest {
    @Test
    void fetchesFromAPod(@TempDir Path folder) throws IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start()) {
            cluster.namespace("shop")
                    .service("cart")
                    .port("http", 80, 8080)
                    .pods(2, pod -> pod.http(8080, request -> PodResponse.text("hello from " + pod.name())));
            Path kubeconfig = cluster.user("alice")
                    .allow("get,list,watch", "services,pods,endpointslices", "shop")
                    .allow("get,create", "pods/portforward", "shop")
                    .kubeconfig(folder.resolve("config"), Credentials.TOKEN, "shop");

            Config config = Config.fromKubeconfig(kubeconfig.toFile());
            config.setRequestRetryBackoffLimit(0);
            try (KubernetesClient client =
                    new KubernetesClientBuilder().withConfig(config).build()) {
                try (LocalPortForward forward =
                        client.pods().inNamespace("shop").withName("cart-0").portForward(8080)) {
                    URI uri = URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/");
                    try (var body = uri.toURL().openStream()) {
                        assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                                .isEqualTo("hello from cart-0");
                    }
                }
                try (Injection _ = cluster.inject(new Fault.Forbid("list", "services"))) {
                    assertThatThrownBy(
                                    () -> client.services().inNamespace("shop").list())
                            .isInstanceOf(KubernetesClientException.class)
                            .hasMessageContaining("User \"alice\" cannot list resource \"services\"");
                }
            }
        }
    }
}
