package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The REST side, as fabric8's client sees it. */
@Timeout(60)
class ResourcesTest {
    private EmbeddedCluster cluster;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        cluster = EmbeddedCluster.start();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private KubernetesClient client(EmbeddedUser user, Credentials credentials) throws IOException {
        Path file = user.kubeconfig(folder.resolve(user.name()), credentials, "lab");
        Config config = Config.fromKubeconfig(file.toFile());
        config.setRequestRetryBackoffLimit(0);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private KubernetesClient admin() throws IOException {
        return client(cluster.admin(), Credentials.TOKEN);
    }

    @Test
    void servicesPodsAndSlicesAreListed() throws IOException {
        EmbeddedService echo = cluster.namespace("lab")
                .service("echo")
                .port("http", 80, 8080)
                .port("named", 81, "web")
                .pods(
                        2,
                        pod -> pod.http(8080, request -> PodResponse.text("hello"))
                                .containerPort("web", 8080));
        try (KubernetesClient client = admin()) {
            assertThat(client.getKubernetesVersion().getGitVersion()).isEqualTo("v1.34.4");
            Service service =
                    client.services().inNamespace("lab").withName("echo").get();
            assertThat(service.getSpec().getClusterIP())
                    .startsWith("10.96.")
                    .isEqualTo(echo.clusterIp().orElseThrow());
            assertThat(client.pods().inAnyNamespace().list().getItems())
                    .extracting(pod -> pod.getStatus().getPodIP())
                    .hasSize(2)
                    .allMatch(ip -> ip.startsWith("10.244."));
            EndpointSlice slice = slices(client).getFirst();
            assertThat(slice.getEndpoints())
                    .hasSize(2)
                    .allMatch(endpoint -> endpoint.getConditions().getReady());
            assertThat(slice.getPorts()).extracting(port -> port.getPort()).containsExactly(8080, 8080);
            assertThat(client.pods()
                            .inNamespace("lab")
                            .withLabel("app", "echo")
                            .list()
                            .getItems())
                    .hasSize(2);
            assertThat(client.pods()
                            .inNamespace("lab")
                            .withLabel("app", "other")
                            .list()
                            .getItems())
                    .isEmpty();
            assertThat(client.services()
                            .inAnyNamespace()
                            .withField("metadata.name", "echo")
                            .list()
                            .getItems())
                    .hasSize(1);
        }
    }

    private static List<EndpointSlice> slices(KubernetesClient client) {
        return client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace("lab")
                .list()
                .getItems();
    }

    @Test
    void containersAreAddedToPodsAndNeverTakenAway() throws IOException {
        String name = cluster.namespace("lab")
                .service("echo")
                .port("http", 80, 8080)
                .pods(1, pod -> {})
                .pods()
                .getFirst()
                .name();
        cluster.program(
                "tool:1", container -> container.end(3, container.arguments().toString()));
        String add =
                "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"%s\",\"image\":\"tool:1\",\"args\":[\"%s\"]%s}]}}";
        PatchContext byNames = PatchContext.of(PatchType.STRATEGIC_MERGE);
        try (KubernetesClient client = admin()) {
            PodResource pod = client.pods().inNamespace("lab").withName(name);
            pod.ephemeralContainers().patch(byNames, add.formatted("first", "a", ""));
            pod.ephemeralContainers().patch(byNames, add.formatted("second", "b", ""));
            assertThat(pod.get().getSpec().getEphemeralContainers())
                    .extracting(each -> each.getName())
                    .containsExactlyInAnyOrder("first", "second");
            assertThat(pod.waitUntilCondition(
                                    each -> each.getStatus().getEphemeralContainerStatuses().stream()
                                                    .filter(status ->
                                                            status.getState().getTerminated() != null)
                                                    .count()
                                            == 2,
                                    10,
                                    TimeUnit.SECONDS)
                            .getStatus()
                            .getEphemeralContainerStatuses())
                    .extracting(each -> each.getState().getTerminated().getMessage())
                    .containsExactlyInAnyOrder("[a]", "[b]");
            assertThatThrownBy(() -> pod.ephemeralContainers().patch(byNames, add.formatted("first", "c", "")))
                    .hasMessageContaining("may not be changed");
            assertThatThrownBy(
                            () -> pod.ephemeralContainers()
                                    .patch(
                                            byNames,
                                            "{\"spec\":{\"ephemeralContainers\":[{\"$patch\":\"delete\",\"name\":\"first\"}]}}"))
                    .hasMessageContaining("may not be removed");
            assertThatThrownBy(() ->
                            pod.ephemeralContainers().patch(byNames, add.formatted("third", "c", ",\"resources\":{}")))
                    .hasMessageContaining("cannot be set for an Ephemeral Container");
        }
    }

    @Test
    void slicesFollowReadinessAndRestarts() throws IOException {
        EmbeddedService peer = cluster.namespace("lab")
                .service("peer")
                .headless()
                .port("http", 80, 8080)
                .pods(2, pod -> pod.http(8080, request -> PodResponse.text(pod.name())));
        try (KubernetesClient client = admin()) {
            peer.pods().getFirst().ready(false);
            assertThat(slices(client).getFirst().getEndpoints())
                    .extracting(endpoint -> endpoint.getHostname() + " "
                            + endpoint.getConditions().getReady())
                    .containsExactly("peer-0 false", "peer-1 true");
            String before = peer.pods().getFirst().ip();
            peer.rollingRestart(pod -> {});
            assertThat(slices(client).getFirst().getEndpoints())
                    .hasSize(2)
                    .noneMatch(endpoint -> endpoint.getAddresses().contains(before));
            peer.scaleDown(0);
            assertThat(slices(client).getFirst().getEndpoints()).isEmpty();
            peer.delete();
            assertThat(slices(client)).isEmpty();
        }
    }

    @Test
    void informersSeeEveryStepAndSurviveAnExpiredHistory() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (KubernetesClient client = admin();
                SharedIndexInformer<Pod> informer =
                        client.pods().inAnyNamespace().inform(new Recorder(seen))) {
            EmbeddedPod first = cluster.namespace("lab").pod("first", pod -> {});
            assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("added first");
            first.ready(false);
            assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo("updated first");
            try (Injection _ = cluster.inject(new Fault.Gone())) {
                cluster.namespace("lab").pod("second", pod -> {});
                assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("added second");
            }
            cluster.stopServer();
            first.delete();
            cluster.startServer();
            // A client that resumes its watch sees that the pod was terminating first, one that lists anew does not.
            String step = seen.poll(10, TimeUnit.SECONDS);
            assertThat("updated first".equals(step) ? seen.poll(10, TimeUnit.SECONDS) : step)
                    .isEqualTo("deleted first");
            assertThat(cluster.requests("list", "pods")).isGreaterThanOrEqualTo(2);
            assertThat(informer.isRunning()).isTrue();
        }
    }

    private record Recorder(BlockingQueue<String> seen) implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            seen.add("added " + pod.getMetadata().getName());
        }

        @Override
        public void onUpdate(Pod before, Pod now) {
            if (!before.getMetadata()
                    .getResourceVersion()
                    .equals(now.getMetadata().getResourceVersion())) {
                seen.add("updated " + now.getMetadata().getName());
            }
        }

        @Override
        public void onDelete(Pod pod, boolean finalStateUnknown) {
            seen.add("deleted " + pod.getMetadata().getName());
        }
    }

    @Test
    void objectsAreWrittenThroughTheApi() throws IOException {
        cluster.namespace("lab");
        try (KubernetesClient client = admin()) {
            ConfigMap map = new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName("settings")
                    .endMetadata()
                    .addToData("a", "1")
                    .build();
            client.configMaps().inNamespace("lab").resource(map).create();
            assertThatThrownBy(() ->
                            client.configMaps().inNamespace("lab").resource(map).create())
                    .hasMessageContaining("configmaps \"settings\" already exists");
            client.configMaps()
                    .inNamespace("lab")
                    .withName("settings")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"a\":null,\"b\":\"2\"}}");
            assertThat(client.configMaps()
                            .inNamespace("lab")
                            .withName("settings")
                            .get()
                            .getData())
                    .containsOnlyKeys("b");
            client.configMaps().inNamespace("lab").withName("settings").delete();
            assertThat(client.configMaps()
                            .inNamespace("lab")
                            .withName("settings")
                            .get())
                    .isNull();
            Service service = new ServiceBuilder()
                    .withNewMetadata()
                    .withName("made")
                    .endMetadata()
                    .withNewSpec()
                    .addToSelector("app", "x")
                    .addNewPort()
                    .withPort(80)
                    .endPort()
                    .endSpec()
                    .build();
            assertThat(client.services()
                            .inNamespace("lab")
                            .resource(service)
                            .create()
                            .getSpec()
                            .getClusterIP())
                    .startsWith("10.96.");
            assertThat(slices(client)).hasSize(1);
            assertThatThrownBy(() -> client.services()
                            .inNamespace("nowhere")
                            .resource(service)
                            .create())
                    .hasMessageContaining("namespaces \"nowhere\" not found");
        }
    }

    @Test
    void listsComeInPages() throws IOException {
        for (int i = 0; i < 5; i++) {
            cluster.namespace("lab").service("s" + i).port("", 80, 80).create();
        }
        try (KubernetesClient client = admin()) {
            var page = client.services()
                    .inAnyNamespace()
                    .list(new ListOptionsBuilder().withLimit(3L).build());
            assertThat(page.getItems()).hasSize(3);
            assertThat(page.getMetadata().getRemainingItemCount()).isEqualTo(2);
            var rest = client.services()
                    .inAnyNamespace()
                    .list(new ListOptionsBuilder()
                            .withLimit(3L)
                            .withContinue(page.getMetadata().getContinue())
                            .build());
            assertThat(rest.getItems()).hasSize(2);
        }
    }

    @Test
    void usersMayDoOnlyWhatTheyAreAllowed() throws IOException {
        cluster.namespace("lab").service("echo").port("", 80, 80).create();
        EmbeddedUser jane =
                cluster.user("jane").allow("get,list", "services", "lab").allowNamed("get,list", "pods", "lab", "only");
        try (KubernetesClient client = client(jane, Credentials.CLIENT_CERTIFICATE)) {
            assertThat(client.services().inNamespace("lab").list().getItems()).hasSize(1);
            assertThatThrownBy(() -> client.services().inAnyNamespace().list())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("services is forbidden: User \"jane\" cannot list resource \"services\" in"
                            + " API group \"\" at the cluster scope");
            assertThatThrownBy(() -> client.pods().inNamespace("lab").list())
                    .hasMessageContaining("pods is forbidden: User \"jane\" cannot list resource \"pods\" in API"
                            + " group \"\" in the namespace \"lab\"");
            assertThat(client.pods()
                            .inNamespace("lab")
                            .withField("metadata.name", "only")
                            .list()
                            .getItems())
                    .isEmpty();
        }
    }

    @Test
    void execPluginsFollowANewToken() throws IOException {
        cluster.namespace("lab");
        try (KubernetesClient client = client(cluster.admin(), Credentials.EXEC_PLUGIN)) {
            assertThat(client.pods().inNamespace("lab").list().getItems()).isEmpty();
            cluster.admin().rotateToken();
            assertThat(client.pods().inNamespace("lab").list().getItems()).isEmpty();
        }
        try (KubernetesClient client = admin();
                Injection _ =
                        cluster.inject(new Fault.ExpiredToken(cluster.admin().name()))) {
            assertThatThrownBy(() -> client.pods().inNamespace("lab").list())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            failure -> assertThat(failure.getCode()).isEqualTo(401));
        }
    }

    @Test
    void verbsCanBeForbiddenForATime() throws IOException {
        cluster.namespace("lab");
        try (KubernetesClient client = admin()) {
            try (Injection _ = cluster.inject(new Fault.Forbid("list", "pods"))) {
                assertThatThrownBy(() -> client.pods().inNamespace("lab").list())
                        .hasMessageContaining("forbidden");
                assertThat(client.services().inNamespace("lab").list().getItems())
                        .isEmpty();
            }
            assertThat(client.pods().inNamespace("lab").list().getItems()).isEmpty();
        }
    }
}
