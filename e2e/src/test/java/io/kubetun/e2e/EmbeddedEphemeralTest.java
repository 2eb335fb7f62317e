package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kube.workload.EphemeralChangeType;
import io.kubetun.kube.workload.LeaseChangeType;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.testkit.EmbeddedService;
import io.kubetun.testkit.EmbeddedUser;
import io.kubetun.testkit.pod.EphemeralContainer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Agents that are added to pods as they run, with the real journal, on the embedded cluster. */
class EmbeddedEphemeralTest extends EmbeddedObjects {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEY = "MCowBQYDK2VwAyEAalice";
    private static final String OTHER_KEY = "MCowBQYDK2VwAyEAbob";

    private final List<EphemeralContainer> started = new CopyOnWriteArrayList<>();

    @BeforeEach
    void images() {
        kubernetes.image("shop/echo:1", setup -> {});
        kubernetes.program(IMAGE, container -> {
            started.add(container);
            if (container.arguments().equals(List.of("agent-rules"))) {
                container.end(0, "");
            } else {
                container.tcp(9701, channel -> channel.pipeline().addLast(new Door(container)));
            }
        });
    }

    /** What an agent's control port says to who wants it to end. */
    private static final class Door extends SimpleChannelInboundHandler<ByteBuf> {
        private final EphemeralContainer container;

        Door(EphemeralContainer container) {
            this.container = container;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            say(context, "kubetun-agent 1 AAAA " + container.pod());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf said) {
            if (said.toString(StandardCharsets.US_ASCII).equals("end\n")) {
                say(context, "ending");
                container.end(0, "");
            }
        }

        private static void say(ChannelHandlerContext context, String line) {
            context.writeAndFlush(Unpooled.copiedBuffer(line + "\n", StandardCharsets.US_ASCII));
        }
    }

    private void deployment(int replicas) throws Exception {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion("apps/v1");
        object.setKind("Deployment");
        object.setMetadata(
                new ObjectMetaBuilder().withName("echo").withNamespace("lab").build());
        object.setAdditionalProperty(
                "spec",
                Map.of(
                        "replicas",
                        replicas,
                        "selector",
                        Map.of("matchLabels", Map.of("app", "echo")),
                        "template",
                        Map.of(
                                "metadata",
                                Map.of("labels", Map.of("app", "echo")),
                                "spec",
                                Map.of("containers", List.of(Map.of("name", "app", "image", "shop/echo:1"))))));
        kubernetes.apply(object);
        Await.until(() -> kubernetes.count("Pod", "lab") == replicas, PATIENCE);
    }

    private String template() {
        return String.valueOf(
                kubernetes.find("Deployment", "lab", "echo").orElseThrow().<Object>get("spec", "template"));
    }

    private static InterceptRequest request(String workload, Optional<Way> way, String key, String holder) {
        return new InterceptRequest(
                WorkloadName.parse(workload).orElseThrow(), List.of(), way, key, holder, false, false, Duration.ZERO);
    }

    private static InterceptRequest request(String workload) {
        return request(workload, Optional.empty(), KEY, "alice@laptop");
    }

    /** One person's session. */
    private final class Visit extends Session {
        Visit(String id) throws Exception {
            this(id, kubernetes.admin(), "");
        }

        Visit(String id, EmbeddedUser user, String options) throws Exception {
            super(id, user, options);
        }

        Interception openOn(InterceptRequest request) throws Exception {
            Interception interception = cluster.intercept(request, effects, progress::add);
            open.add(interception);
            interception.open(progress::add);
            return interception;
        }

        KubetunException refusal(InterceptRequest request) throws Exception {
            try {
                openOn(request);
            } catch (KubetunException e) {
                return e;
            }
            throw new AssertionError("not refused");
        }

        void leave(Interception interception) {
            interception.close();
            leave();
        }
    }

    private List<EphemeralContainer> startedAgents() {
        return started.stream()
                .filter(each -> each.arguments().equals(List.of("agent")))
                .toList();
    }

    private List<String> agents() {
        return startedAgents().stream()
                .map(each -> each.pod() + "/" + each.name())
                .toList();
    }

    /** How the containers of an agent in a pod have ended, in their order. */
    private String ends(String pod) {
        GenericKubernetesResource found = kubernetes.find("Pod", "lab", pod).orElseThrow();
        List<Map<String, Object>> statuses = found.get("status", "ephemeralContainerStatuses");
        return statuses.stream()
                .map(each -> each.get("name") + "=" + each.get("state"))
                .filter(each -> !each.startsWith("kubetun-rules"))
                .map(each -> each.replaceAll(", (finishedAt|reason)=[^,}]*", ""))
                .toList()
                .toString();
    }

    private String pod(int index) {
        return agents().get(index).split("/", 2)[0];
    }

    @Test
    void podsGetTheirsAsTheyRunAndThoseThatComeToo() throws Exception {
        deployment(2);
        String before = template();
        Visit visit = new Visit("aaaa");
        Interception echo = visit.openOn(request("deployment/echo"));
        assertThat(echo.way()).isEqualTo(Way.EPHEMERAL);
        assertThat(echo.agents().running()).hasSize(2);
        assertThat(template()).isEqualTo(before);
        assertThat(progress).last().isEqualTo("2 of 2 pods of deployment/echo in lab have their agent.");
        assertThat(started)
                .extracting(EphemeralContainer::environment)
                .allSatisfy(each -> assertThat(each).containsEntry("KUBETUN_AGENT_TCP", "all"));
        assertThat(startedAgents().getLast().environment())
                .containsEntry("KUBETUN_AGENT_KEY", KEY)
                .containsEntry("KUBETUN_AGENT_HOLDER", "alice@laptop")
                .containsEntry("KUBETUN_AGENT_IDLE_SECONDS", "600");
        GenericKubernetesResource deployment =
                kubernetes.find("Deployment", "lab", "echo").orElseThrow();
        deployment.<Map<String, Object>>get("spec").put("replicas", 3);
        kubernetes.apply(deployment);
        Await.until(() -> echo.agents().running().size() == 3, PATIENCE);
        assertThat(agents()).hasSize(3).allMatch(each -> each.endsWith("/kubetun-agent-1"));
        assertThat(echo.notes().toString()).contains("also after their end, until the pods are replaced");
        visit.leave(echo);
        for (int i = 0; i < 3; i++) {
            String pod = pod(i);
            Await.until(() -> ends(pod).contains("exitCode=0"), PATIENCE);
        }
        assertThat(folder.resolve("journal")).isEmptyDirectory();
    }

    @Test
    void areEndedByARepairAfterACrash() throws Exception {
        deployment(1);
        new Visit("cccc").openOn(request("deployment/echo"));
        Path dead = dead("first");
        RepairReport report = new Repair(dead, List.of(new EphemeralChangeType(), new LeaseChangeType())).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone())
                .extracting(RepairReport.Change::kind)
                .containsExactly("intercept-ephemeral", "intercept-lease");
        Await.until(() -> ends(pod(0)).contains("exitCode=0"), PATIENCE);
    }

    @Test
    void oneOwnerAtATimeUntilSomebodyEndsIt() throws Exception {
        deployment(1);
        Visit alice = new Visit("aaaa");
        Interception hers = alice.openOn(request("deployment/echo"));
        Visit bob = new Visit("bbbb");
        for (Optional<Way> way : List.of(Optional.<Way>empty(), Optional.of(Way.PATCH))) {
            KubetunException refused = bob.refusal(request("deployment/echo", way, OTHER_KEY, "bob@desk"));
            assertThat(refused.why()).startsWith("it is intercepted by alice@laptop since 20");
            assertThat(refused.next()).endsWith("kubetun leave deployment/echo --force");
        }
        assertThat(bob.cluster.leave(WorkloadName.parse("deployment/echo").orElseThrow(), bob.effects))
                .hasValueSatisfying(whose -> assertThat(whose).startsWith("alice@laptop since"));
        Await.until(() -> hers.notes().toString().contains("Somebody has taken the agent out"), PATIENCE);
        Interception his = bob.openOn(request("deployment/echo", Optional.empty(), OTHER_KEY, "bob@desk"));
        assertThat(his.agents().running()).hasSize(1);
        Await.until(() -> hers.agents().running().isEmpty(), PATIENCE);
        assertThat(agents())
                .as("hers is not added again")
                .hasSize(2)
                .last()
                .asString()
                .endsWith("-2");
        alice.leave(hers);
        assertThat(ends(pod(0))).as("his, not hers").contains("kubetun-agent-2={running=");
        bob.leave(his);
        Await.until(() -> !ends(pod(0)).contains("running"), PATIENCE);
    }

    @Test
    void theOwnersNextSessionEndsThatOfBefore() throws Exception {
        deployment(1);
        new Visit("aaaa").openOn(request("deployment/echo"));
        Path dead = dead("first");
        Visit next = new Visit("bbbb");
        Interception there = next.openOn(request("deployment/echo"));
        assertThat(ends(pod(0))).contains("kubetun-agent-1={terminated={exitCode=0", "kubetun-agent-2={running=");
        assertThat(new Repair(dead, List.of(new EphemeralChangeType(), new LeaseChangeType()))
                        .run()
                        .problems())
                .isEmpty();
        assertThat(there.agents().running()).hasSize(1);
        assertThat(next.refusal(request("deployment/echo", Optional.of(Way.PATCH), KEY, "alice@laptop"))
                        .why())
                .isEqualTo("you have it already, by --way ephemeral");
    }

    @Test
    void anAgentThatDiesGetsASuccessorAFewTimes() throws Exception {
        deployment(1);
        Visit visit = new Visit("aaaa");
        Interception echo = visit.openOn(request("deployment/echo"));
        for (int i = 1; i < 4; i++) {
            int next = i + 1;
            startedAgents().getLast().end(137, "");
            Await.until(() -> agents().size() == next && echo.agents().running().size() == 1, PATIENCE);
        }
        started.stream().filter(each -> each.name().equals("kubetun-agent-4")).forEach(each -> each.end(137, ""));
        Await.until(() -> echo.notes().toString().contains("has ended with exit code 137"), PATIENCE);
        assertThat(agents()).hasSize(4);
        visit.leave(echo);
    }

    @Test
    void aPodOfNobodyHasOneAndNoOtherWay() throws Exception {
        EmbeddedService alone = kubernetes
                .namespace("lab")
                .service("alone")
                .port("http", 80, 8080)
                .pods(1, pod -> {});
        String name = "pod/" + alone.pods().getFirst().name();
        Visit visit = new Visit("aaaa");
        assertThat(visit.refusal(request(name, Optional.of(Way.PATCH), KEY, "alice"))
                        .why())
                .contains("nobody would replace the pod");
        Interception there = visit.openOn(request(name));
        assertThat(there.name()).isEqualTo(name + " in lab");
        assertThat(there.agents().running()).hasSize(1);
        visit.leave(there);
        Await.until(() -> ends(pod(0)).contains("exitCode=0"), PATIENCE);
    }

    @Test
    void whereItCannotBeTheNextWayIsGoneAndTheReasonTold() throws Exception {
        deployment(1);
        EmbeddedUser user = kubernetes.user("dev");
        for (String verb : List.of("get", "list", "watch", "patch")) {
            user.allow(verb, "deployments", "lab");
            user.allow(verb, "pods", "lab");
        }
        user.allow("create", "pods/portforward", "lab");
        Visit visit = new Visit("dddd", user, "");
        KubetunException refused = visit.refusal(request("deployment/echo", Optional.of(Way.EPHEMERAL), KEY, "alice"));
        assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refused.why()).isEqualTo("this user may not patch pods/ephemeralcontainers in namespace lab");
        Interception there = visit.openOn(request("deployment/echo"));
        assertThat(there.way()).isEqualTo(Way.PATCH);
        assertThat(progress)
                .contains("Not by --way ephemeral: this user may not patch pods/ephemeralcontainers in namespace lab.");
        visit.leave(there);
    }

    @Test
    void whatPodSecurityForbidsIsToldBeforeAnythingIsChanged() throws Exception {
        GenericKubernetesResource namespace = new GenericKubernetesResource();
        namespace.setApiVersion("v1");
        namespace.setKind("Namespace");
        namespace.setMetadata(new ObjectMetaBuilder()
                .withName("lab")
                .withLabels(Map.of("pod-security.kubernetes.io/enforce", "baseline"))
                .build());
        kubernetes.apply(namespace);
        deployment(1);
        String before = template();
        Visit visit = new Visit("eeee");
        for (Way way : List.of(Way.EPHEMERAL, Way.PATCH)) {
            KubetunException refused = visit.refusal(request("deployment/echo", Optional.of(way), KEY, "alice"));
            assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(refused.why()).contains("violates PodSecurity \"baseline:latest\"");
        }
        assertThat(template()).isEqualTo(before);
        assertThat(started).isEmpty();
        assertThat(folder.resolve("journal")).doesNotExist();
    }

    @Test
    void anImageThatDoesNotComeIsTold() throws Exception {
        deployment(1);
        Visit visit = new Visit("3333", kubernetes.admin(), "image=\"nowhere/agent:1\"");
        KubetunException refused = visit.refusal(request("deployment/echo"));
        assertThat(refused.why()).startsWith("the image nowhere/agent:1 cannot be pulled (ImagePullBackOff)");
        visit.leave();
        assertThat(folder.resolve("journal")).isEmptyDirectory();
        assertThat(new Visit("4444").openOn(request("deployment/echo")).agents().running())
                .as("what never came is nobody's")
                .hasSize(1);
    }
}
