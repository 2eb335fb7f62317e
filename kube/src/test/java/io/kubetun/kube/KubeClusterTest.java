package io.kubetun.kube;

import static io.kubetun.kube.Told.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.host.NetworkChange;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KubeClusterTest {
    private static final String SERVICES = "/api/v1/namespaces/lab/services";
    private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/lab/endpointslices";
    private static final String PODS = "/api/v1/namespaces/lab/pods";

    private final Told told = new Told();
    private LoopbackApi api;
    private KubeCluster cluster;

    @BeforeEach
    void open() throws Exception {
        api = new LoopbackApi();
        api.put(SERVICES, "echo", service("10.96.0.7"));
        api.put(SLICES, "echo-a", slice("echo", "echo-1", true));
        api.put(PODS, "echo-1", pod("10.1.0.1"));
        cluster = connect("");
    }

    @AfterEach
    void close() {
        cluster.close();
        api.close();
        told.close();
    }

    @Test
    void resolvesAndFollowsChanges() throws Exception {
        assertThat(cluster.check()).isEqualTo("v1.34.4");
        assertThat(resolve("echo")).hasToString("Pods[candidates=[pod lab/echo-1 port 8080]]");
        api.put(SLICES, "echo-a", slice("echo", "echo-2", true));
        assertThat(eventually(() -> resolve("echo").toString().contains("echo-2")))
                .isTrue();
        api.put(SLICES, "echo-a", slice("echo", "echo-2", false));
        assertThat(eventually(() -> resolve("echo") instanceof Resolution.Nowhere))
                .isTrue();
        assertThat(resolve("echo").toString()).contains("0 of 1 pod is ready");
        // the store is first, then whoever is told
        assertThat(eventually(() -> told.events().contains(new Event.EndpointsChanged("s1", "lab", "echo", 0))))
                .isTrue();
    }

    @Test
    void keepsWhatItKnowsWhileTheServerIsAwayAndCatchesUp() throws Exception {
        resolve("echo");
        api.stop();
        assertThat(eventually(() -> told.events().stream().anyMatch(Event.LinkLost.class::isInstance)))
                .isTrue();
        assertThat(resolve("echo").toString()).contains("echo-1");

        api.remove(SLICES, "echo-a");
        api.put(SLICES, "echo-b", slice("echo", "echo-9", true));
        api.start();

        assertThat(eventually(() -> resolve("echo").toString().contains("echo-9")))
                .isTrue();
        assertThat(resolve("echo").toString()).doesNotContain("echo-1");
        assertThat(eventually(() -> told.events().stream().anyMatch(Event.LinkRestored.class::isInstance)))
                .isTrue();
    }

    @Test
    void opensItsWatchesAgainWhenTheNetworkHasChanged() throws Exception {
        resolve("echo");
        assertThat(eventually(() -> watches() >= 2)).isTrue();
        cluster.networkChanged(new NetworkChange(Set.of("none0")));
        assertThat(watches()).as("nothing of theirs has changed").isEqualTo(2);
        cluster.networkChanged(NetworkChange.ofEverything());
        assertThat(eventually(() -> watches() >= 4)).isTrue();
        assertThat(api.requests().stream().filter(r -> r.startsWith(SERVICES + "?limit")))
                .as("lists")
                .hasSize(1);
        api.put(SLICES, "echo-a", slice("echo", "echo-3", true));
        assertThat(eventually(() -> resolve("echo").toString().contains("echo-3")))
                .isTrue();
    }

    private long watches() {
        return api.requests().stream().filter(r -> r.contains("?watch")).count();
    }

    @Test
    void listsAgainWhenTheVersionIsGone() throws Exception {
        resolve("echo");
        assertThat(eventually(() -> api.requests().stream().anyMatch(r -> r.startsWith(SLICES + "?watch"))))
                .isTrue();
        api.expireVersions();
        assertThat(eventually(() -> api.requests().stream()
                                        .filter(r -> r.startsWith(SERVICES + "?limit"))
                                        .count()
                                + api.requests().stream()
                                        .filter(r -> r.startsWith(SLICES + "?limit"))
                                        .count()
                        >= 3))
                .isTrue();
        api.put(SLICES, "echo-a", slice("echo", "echo-3", true));
        assertThat(eventually(() -> resolve("echo").toString().contains("echo-3")))
                .isTrue();
        assertThat(told.events().stream().filter(Event.LinkLost.class::isInstance))
                .isEmpty();
    }

    @Test
    void looksUpOneByOneWhereListingIsForbidden() throws Exception {
        api.forbid("list " + SERVICES);
        api.forbid("list " + SLICES);
        api.put(
                "/api/v1/namespaces/lab/endpoints",
                "echo",
                "{\"subsets\":[{\"addresses\":[{\"ip\":\"10.1.0.1\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"echo-1\"}}],"
                        + "\"ports\":[{\"name\":\"http\",\"port\":8080}]}]}");

        assertThat(resolve("echo").toString()).contains("pod lab/echo-1 port 8080");
        resolve("echo");
        assertThat(told.progress().stream().filter(line -> line.contains("list services in namespace lab")))
                .hasSize(1);
        assertThat(((Resolution.Nowhere) resolve("nope")).reason()).isEqualTo(Reason.UNKNOWN_NAME);
    }

    @Test
    void pollsWhereOnlyWatchingIsForbidden() throws Exception {
        api.forbid("watch " + SLICES);
        resolve("echo");
        assertThat(eventually(() -> told.progress().toString().contains("watch endpointslices")))
                .isTrue();
        api.put(SLICES, "echo-a", slice("echo", "echo-4", true));
        assertThat(eventually(() -> resolve("echo").toString().contains("echo-4")))
                .isTrue();
    }

    @Test
    void startsNothingForNamesOfOthers() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(resolve("www" + i + ".example")).isInstanceOf(Resolution.Nowhere.class);
        }
        assertThat(api.requests().stream().filter(r -> r.contains("/example/") && r.contains("watch")))
                .isEmpty();
        assertThat(api.requests().stream().filter(r -> r.startsWith("/api/v1/services?limit")))
                .isEmpty();
    }

    @Test
    void watchesServicesInOrder() throws Exception {
        List<ServiceState> changes = new CopyOnWriteArrayList<>();
        Set<String> removed = ConcurrentHashMap.newKeySet();
        ServiceListener listener = new ServiceListener() {
            @Override
            public void changed(ServiceState service) {
                changes.add(service);
            }

            @Override
            public void removed(String namespace, String name) {
                removed.add(namespace + "/" + name);
            }
        };
        try (Watch watch = cluster.watchServices(new ServiceSelection(Set.of("lab"), "", ""), listener)) {
            assertThat(watch).isNotNull();
            assertThat(changes).hasSize(1);
            assertThat(changes.getFirst().endpoints().getFirst().pod()).contains("echo-1");
            api.put(SERVICES, "more", service("10.96.0.8"));
            assertThat(eventually(() -> changes.size() == 2)).isTrue();
            api.put(SLICES, "echo-a", slice("echo", "echo-1", false));
            assertThat(eventually(() -> changes.size() == 3)).isTrue();
            assertThat(changes.getLast().endpoints().getFirst().ready()).isFalse();
            api.remove(SERVICES, "more");
            assertThat(eventually(() -> removed.contains("lab/more"))).isTrue();
        }
        try (Watch watch = cluster.watchServices(new ServiceSelection(Set.of("lab"), "a=b", "c!=d"), listener)) {
            assertThat(watch).isNotNull();
            assertThat(api.requests().toString()).contains("labelSelector=a%3Db&fieldSelector=c%21%3Dd");
        }
    }

    @Test
    void namesTheMissingPermission() {
        api.forbid("list /api/v1/services");
        KubetunException failure = catchThrowableOfType(
                KubetunException.class,
                () -> cluster.watchServices(new ServiceSelection(Set.of(), "", ""), new ServiceListener() {
                    @Override
                    public void changed(ServiceState service) {}

                    @Override
                    public void removed(String namespace, String name) {}
                }));
        assertThat(failure.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure.why()).contains("list services in all namespaces");
    }

    @Test
    void readsAThousandServicesInPages() throws Exception {
        IntStream.range(0, 1200).forEach(i -> api.put(SERVICES, "s" + i, service("10.97." + i / 250 + "." + i % 250)));
        assertThat(resolve("s1199").toString()).contains("no pod matches");
        // had the list come too late, the Service would have been asked for by its name
        assertThat(api.requests()).noneMatch(r -> r.startsWith(SERVICES + "/"));
        assertThat(api.requests().stream().filter(r -> r.startsWith(SERVICES + "?limit")))
                .hasSize(3);
    }

    @Test
    void saysWhatIsWrongWithTheServer() throws Exception {
        api.requireToken("good");
        assertThat(catchThrowableOfType(KubetunException.class, cluster::check).code())
                .isEqualTo(ErrorCode.CREDENTIALS);
        try (KubeCluster good = connect("token=good")) {
            assertThat(good.check()).isEqualTo("v1.34.4");
        }
        api.stop();
        KubetunException away = catchThrowableOfType(KubetunException.class, cluster::check);
        assertThat(away.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
        assertThat(away.next()).contains("kubectl config get-contexts");
    }

    @Test
    void dialFailsWithTheReason() throws Exception {
        Future<Channel> dial =
                cluster.dialer().dial(Target.of("nope", 80), told.loops().next());
        assertThat(dial.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(((DialException) dial.cause()).reason()).isEqualTo(Reason.UNKNOWN_NAME);
    }

    private Resolution.Outcome resolve(String host) {
        try {
            return cluster.resolve(Target.of(host, 80)).outcome();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private KubeCluster connect(String more) throws KubetunException, IOException {
        String options = "namespace=lab, server=\"" + api.uri() + "\", " + more;
        return (KubeCluster) new KubeClusterProvider().open(ConfigFactory.parseString(options), told.environment());
    }

    private static String service(String ip) {
        return "{\"spec\":{\"clusterIP\":\"" + ip + "\",\"clusterIPs\":[\"" + ip
                + "\"],\"selector\":{\"app\":\"x\"},\"ports\":[{\"name\":\"http\",\"port\":80,\"targetPort\":\"web\"}]}}";
    }

    private static String slice(String service, String pod, boolean ready) {
        return "{\"metadata\":{\"labels\":{\"kubernetes.io/service-name\":\"" + service
                + "\"}},\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}],"
                + "\"endpoints\":[{\"addresses\":[\"10.1.0.1\"],\"conditions\":{\"ready\":" + ready
                + "},\"targetRef\":{\"kind\":\"Pod\",\"name\":\"" + pod + "\"}}]}";
    }

    private static String pod(String ip) {
        return "{\"spec\":{},\"status\":{\"phase\":\"Running\",\"podIPs\":[{\"ip\":\"" + ip + "\"}]}}";
    }
}
