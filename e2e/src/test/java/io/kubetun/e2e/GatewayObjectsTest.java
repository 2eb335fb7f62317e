package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kube.gateway.GatewayChangeType;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Gateway;
import io.kubetun.spi.cluster.GatewayOffer;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.kubetun.testkit.EmbeddedUser;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway's objects from their making to their end, with the real journal, on the embedded cluster. */
class GatewayObjectsTest extends EmbeddedObjects {
    private static final String NAME = "lab/kubetun-gateway";

    @BeforeEach
    void image() {
        kubernetes.image("elsewhere/gateway:2", setup -> {});
    }

    /** One person's session. */
    private final class Visit extends Session {
        Visit(String id, EmbeddedUser user, String options) throws Exception {
            super(id, user, options);
        }

        GatewayOffer ask() throws KubetunException {
            return cluster.gateway(effects, progress::add);
        }

        Gateway join() throws Exception {
            GatewayOffer offer = ask();
            assertThat(offer).isInstanceOf(GatewayOffer.Offered.class);
            Gateway gateway = ((GatewayOffer.Offered) offer).gateway();
            open.add(gateway);
            gateway.open(progress::add);
            return gateway;
        }

        String refusal() throws KubetunException {
            GatewayOffer offer = ask();
            assertThat(offer).isInstanceOf(GatewayOffer.Agentless.class);
            return ((GatewayOffer.Agentless) offer).why().orElse("");
        }
    }

    private Visit visit(String id) throws Exception {
        return new Visit(id, kubernetes.admin(), "gateway=auto");
    }

    private void awaitGone() throws Exception {
        Await.until(
                () -> kubernetes.count("Deployment", "lab") == 0
                        && kubernetes.count("Pod", "lab") == 0
                        && kubernetes.count("ServiceAccount", "lab") == 0,
                PATIENCE);
    }

    private GenericKubernetesResource deployment() {
        return kubernetes.find("Deployment", "lab", "kubetun-gateway").orElseThrow();
    }

    @Test
    void isDeployedFoundAndRemovedWithTheLastUser() throws Exception {
        Visit one = visit("aaaa");
        Gateway gateway = one.join();
        assertThat(gateway.name()).isEqualTo(NAME);
        assertThat(gateway.pod())
                .hasValueSatisfying(pod -> assertThat(pod.name()).startsWith("kubetun-gateway-"));
        assertThat(kubernetes.count("ServiceAccount", "lab")).isEqualTo(1);
        assertThat(progress).contains("Deploying the gateway " + NAME + ".");

        Visit two = visit("bbbb");
        assertThat(two.join().pod()).isEqualTo(gateway.pod());
        one.leave();
        assertThat(kubernetes.count("Deployment", "lab")).isEqualTo(1);
        two.leave();
        awaitGone();
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void isTakenBackByARepairAfterACrash() throws Exception {
        visit("cccc").join();
        RepairReport report = new Repair(dead("dead"), List.of(new GatewayChangeType())).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone()).extracting(RepairReport.Change::kind).containsExactly("gateway");
        awaitGone();
    }

    @Test
    void oneThatNobodyUsesIsSweptByAnyonesNextSession() throws Exception {
        Visit dead = visit("dddd");
        dead.join();
        expire(dead.id);
        Visit other = new Visit("eeee", kubernetes.admin(), "gateway=none");
        assertThat(other.refusal()).isEmpty();
        awaitGone();
    }

    /** As two minutes do. */
    private void expire(String session) {
        GenericKubernetesResource deployment = deployment();
        deployment
                .getMetadata()
                .getAnnotations()
                .replaceAll((key, value) -> key.contains(session) ? "2020-01-01T00:00:00Z" : value);
        kubernetes.apply(deployment);
    }

    @Test
    void whoMayNotDeployGoesWithoutAndIsToldWhy() throws Exception {
        EmbeddedUser user = kubernetes.user("dev").allow("get,list,watch", "services,pods,endpointslices", "lab");
        assertThat(new Visit("ffff", user, "gateway=auto").refusal())
                .isEqualTo("this user may not get deployments in namespace lab");
        user.allow("get,list,watch,create,patch", "deployments", "lab");
        user.allow("create", "serviceaccounts", "lab");
        assertThat(new Visit("abcd", user, "gateway=auto").refusal())
                .isEqualTo("this user may not delete deployments in namespace lab");
        assertThat(kubernetes.count("Deployment", "lab")).isZero();
        user.allow("delete", "deployments", "lab");
        Visit deployer = new Visit("dcba", user, "gateway=auto");
        deployer.join();
        deployer.leave();
        awaitGone();
    }

    @Test
    void oneThatIsInstalledIsSharedAndNeverRemoved() throws Exception {
        Visit maker = visit("1111");
        maker.join();
        GenericKubernetesResource deployment = deployment();
        deployment.getMetadata().getLabels().put("app.kubernetes.io/managed-by", "Helm");
        kubernetes.apply(deployment);

        EmbeddedUser user = kubernetes.user("dev").allow("get,list,watch", "services,pods,endpointslices", "lab");
        Visit guest = new Visit("2222", user, "gateway=kubetun-gateway");
        assertThat(guest.join().pod()).isPresent();
        guest.leave();
        maker.leave();
        assertThat(kubernetes.count("Deployment", "lab")).isEqualTo(1);
    }

    @Test
    void anImageThatCannotBePulledIsToldAndTakenBack() throws Exception {
        Visit visit = new Visit("3333", kubernetes.admin(), "gateway=auto, image=\"nowhere/gateway:1\"");
        assertThatThrownBy(visit::join).satisfies(thrown -> {
            KubetunException e = (KubetunException) thrown;
            assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_ERROR);
            assertThat(e.why()).startsWith("the image nowhere/gateway:1 cannot be pulled (ImagePullBackOff)");
        });
        visit.leave();
        awaitGone();
    }

    @Test
    void anotherImageIsRolledOutAndTheNewPodIsTold() throws Exception {
        Gateway gateway = visit("4444").join();
        Target.Pod before = gateway.pod().orElseThrow();
        List<Optional<Target.Pod>> told = new CopyOnWriteArrayList<>();
        open.add(gateway.follow(told::add));
        new Visit("5555", kubernetes.admin(), "gateway=auto, image=\"elsewhere/gateway:2\"").join();
        Await.until(() -> gateway.pod().isPresent() && !gateway.pod().equals(Optional.of(before)), PATIENCE);
        assertThat(told).last().isEqualTo(gateway.pod());
        Await.until(() -> kubernetes.count("Pod", "lab") == 1, PATIENCE);
    }

    @Test
    void whatIsSomebodyElsesIsLeftAlone() throws Exception {
        GenericKubernetesResource foreign = new GenericKubernetesResource();
        foreign.setApiVersion("apps/v1");
        foreign.setKind("Deployment");
        foreign.setMetadata(new ObjectMetaBuilder()
                .withName("kubetun-gateway")
                .withNamespace("lab")
                .build());
        kubernetes.apply(foreign);
        assertThat(visit("6666").refusal()).contains("somebody else's");
        assertThatThrownBy(() -> new Visit("7777", kubernetes.admin(), "gateway=kubetun-gateway").ask())
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("it is not kubetun's");
        assertThatThrownBy(() -> new Visit("8888", kubernetes.admin(), "gateway=missing").ask())
                .hasMessageContaining("there is no such Deployment");
    }

    @Test
    void targetsAreWhatTheGatewayReaches() throws Exception {
        kubernetes.namespace("lab").service("echo").port("http", 80, 80).create();
        kubernetes
                .namespace("lab")
                .service("world")
                .externalName("www.example.com")
                .create();
        kubernetes
                .namespace("lab")
                .service("peer")
                .headless()
                .port("http", 80, 80)
                .pods(1, pod -> {});
        String echo = kubernetes.find("Service", "lab", "echo").orElseThrow().<String>get("spec", "clusterIP");
        Gateway gateway = visit("9999").join();
        assertThat(locate(gateway, Target.of("echo", 80))).isEqualTo(echo + ":80");
        assertThat(locate(gateway, Target.of("echo.lab.svc.cluster.local", 80))).isEqualTo(echo + ":80");
        assertThat(locate(gateway, new Target.Service("lab", "echo", 80))).isEqualTo(echo + ":80");
        assertThat(locate(gateway, Target.of(echo, 80))).isEqualTo(echo + ":80");
        assertThat(locate(gateway, Target.of("world", 443))).isEqualTo("www.example.com:443");
        assertThat(locate(gateway, Target.of("www.example.org", 443))).isEqualTo("www.example.org:443");
        assertThat(locate(gateway, Target.of("172.30.0.1", 6443))).isEqualTo("172.30.0.1:6443");
        assertThat(locate(gateway, Target.of("peer", 80))).matches("10\\.244\\.\\d+\\.\\d+:80");
        assertThat(locate(gateway, Target.of("peer-0.peer", 80))).matches("10\\.244\\.\\d+\\.\\d+:80");
        assertThatThrownBy(() -> locate(gateway, Target.of("echo", 81)))
                .hasMessageContaining("Service lab/echo has no TCP port 81, only 80");
        assertThatThrownBy(() -> gateway.locate(Target.of("echo", 80), Protocol.UDP)
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("has no UDP port 80, nor any other");
        assertThatThrownBy(() -> locate(gateway, Target.of("nothing", 80)))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("there is no Service nothing in namespace lab");
    }

    private static String locate(Gateway gateway, Target target) {
        return gateway.locate(target, Protocol.TCP).toCompletableFuture().join().toString();
    }
}
