package io.kubetun.kube.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.Resolution;
import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.SliceRecord.SlicePort;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResolverTest {
    private final SnapshotView view = new SnapshotView(
            List.of(
                    service(
                            "lab",
                            "echo",
                            Kind.CLUSTER_IP,
                            "10.96.0.7",
                            tcp("http", 80),
                            tcp("https", 443),
                            udp("u", 53)),
                    service("lab", "peer", Kind.HEADLESS, "", tcp("", 8080)),
                    service("lab", "down", Kind.CLUSTER_IP, "10.96.0.8", tcp("", 80)),
                    service("lab", "empty", Kind.CLUSTER_IP, "10.96.0.9", tcp("", 80)),
                    service("lab", "db", Kind.SELECTORLESS, "10.96.0.10", tcp("", 5432)),
                    service("lab", "byhand", Kind.SELECTORLESS, "10.96.0.11", tcp("", 80)),
                    alias("other", "echo", "echo.lab.svc.cluster.local"),
                    alias("other", "out", "www.example.com"),
                    alias("other", "a", "b.other.svc.cluster.local"),
                    alias("other", "b", "a.other.svc.cluster.local"),
                    service("peer", "x", Kind.CLUSTER_IP, "10.96.0.12", tcp("", 80))),
            List.of(
                    slice("echo", List.of(new SlicePort("http", 8080, Protocol.TCP)), ready("10.1.0.1", "echo-1")),
                    slice(
                            "echo",
                            List.of(
                                    new SlicePort("http", 9090, Protocol.TCP),
                                    new SlicePort("https", 8443, Protocol.TCP)),
                            ready("10.1.0.2", "echo-2"),
                            new SliceEndpoint(ip("10.1.0.3"), Optional.of("echo-3"), Optional.empty(), true, true)),
                    slice(
                            "peer",
                            List.of(new SlicePort("", 8080, Protocol.TCP)),
                            named("10.1.0.4", "peer-0", true),
                            named("10.1.0.5", "peer-1", false)),
                    slice(
                            "down",
                            List.of(new SlicePort("", 80, Protocol.TCP)),
                            notReady("10.1.0.6", "down-1"),
                            notReady("10.1.0.7", "down-2")),
                    slice("db", List.of(new SlicePort("", 5432, Protocol.TCP)), stranger("192.0.2.1")),
                    slice("byhand", List.of(new SlicePort("", 80, Protocol.TCP)), stranger("10.1.0.1"))),
            List.of(
                    new PodRecord("lab", "echo-1", "u1", "Running", false, List.of(ip("10.1.0.1")), Optional.empty()),
                    new PodRecord("lab", "job", "u2", "Succeeded", false, List.of(ip("10.1.0.8")), Optional.empty()),
                    new PodRecord("lab", "end", "u3", "Running", true, List.of(ip("10.1.0.9")), Optional.empty())));

    private final Resolver resolver = new Resolver(view, "lab", "cluster.local");

    @Test
    void findsNamedPortsOfEachPodAndNeverATerminatingOne() {
        assertThat(pods("echo", 80)).containsExactly(endpoint("echo-1", 8080), endpoint("echo-2", 9090));
        assertThat(pods("echo.lab.svc", 443)).containsExactly(endpoint("echo-2", 8443));
        assertThat(pods("10.96.0.7", 80)).hasSize(2);
        assertThat(pods(new Target.Service("lab", "echo", 80))).hasSize(2);
    }

    @Test
    void takesThePortAsGivenWhereTheServiceIsHeadless() {
        assertThat(pods("peer", 1234)).containsExactly(endpoint("peer-0", 1234));
        assertThat(pods("peer-0.peer", 8080)).containsExactly(endpoint("peer-0", 8080));
        assertThat(pods("peer-0.peer.lab.svc.cluster.local", 1)).containsExactly(endpoint("peer-0", 1));
        assertThat(nowhere("peer-1.peer", 8080).reason()).isEqualTo(Reason.NO_ENDPOINTS);
        assertThat(nowhere("peer-9.peer", 8080).reason()).isEqualTo(Reason.UNKNOWN_NAME);
    }

    @Test
    void takesTwoLabelsForServiceAndNamespaceUnlessAHeadlessServiceIsMeant() {
        assertThat(nowhere("x.peer", 80).message()).contains("Service lab/peer has no pod of the name x");
        Resolver elsewhere = new Resolver(view, "other", "cluster.local");
        assertThat(((Attempt.Done) elsewhere.resolve(Target.of("x.peer", 80)))
                        .resolution()
                        .steps()
                        .getFirst())
                .contains("Service peer/x");
    }

    @Test
    void followsExternalNamesWithinTheCluster() {
        assertThat(pods("echo.other", 80)).hasSize(2);
        assertThat(nowhere("out.other", 443).reason()).isEqualTo(Reason.NOT_A_POD);
        assertThat(nowhere("out.other", 443).message())
                .contains("www.example.com")
                .contains("gateway");
        assertThat(nowhere("a.other", 80).reason()).isEqualTo(Reason.UNKNOWN_NAME);
        assertThat(nowhere("a.other", 80).message()).contains("loop");
    }

    @Test
    void saysWhyThereIsNoEndpoint() {
        assertThat(nowhere("down", 80).message())
                .isEqualTo("Service lab/down has no ready endpoint: 0 of 2 pods are ready");
        assertThat(nowhere("empty", 80).message()).contains("no pod matches its selector");
        assertThat(nowhere("empty", 80).reason()).isEqualTo(Reason.NO_ENDPOINTS);
    }

    @Test
    void saysWhichPortsThereAre() {
        assertThat(nowhere("echo", 81).reason()).isEqualTo(Reason.UNKNOWN_PORT);
        assertThat(nowhere("echo", 81).message()).contains("only 80, 443");
        assertThat(nowhere("echo", 53).reason()).isEqualTo(Reason.UNKNOWN_PORT);
        assertThat(nowhere("echo", 53).message()).contains("not TCP");
    }

    @Test
    void refusesWhatIsNoPod() {
        assertThat(nowhere("db", 5432).reason()).isEqualTo(Reason.NOT_A_POD);
        assertThat(nowhere("192.0.2.9", 22).reason()).isEqualTo(Reason.NOT_A_POD);
        assertThat(pods("byhand", 80)).containsExactly(endpoint("echo-1", 80));
    }

    @Test
    void goesStraightToAPod() {
        assertThat(pods("10.1.0.1", 22)).containsExactly(endpoint("echo-1", 22));
        assertThat(pods("10-1-0-1.lab.pod.cluster.local", 22)).containsExactly(endpoint("echo-1", 22));
        assertThat(pods(new Target.Pod("lab", "echo-1", 5))).containsExactly(endpoint("echo-1", 5));
        assertThat(nowhere(new Target.Pod("lab", "job", 5)).message()).isEqualTo("pod lab/job is Succeeded");
        assertThat(nowhere(new Target.Pod("lab", "end", 5)).reason()).isEqualTo(Reason.NO_ENDPOINTS);
        assertThat(nowhere(new Target.Pod("lab", "nope", 5)).reason()).isEqualTo(Reason.UNKNOWN_NAME);
    }

    @Test
    void knowsNoOtherNames() {
        assertThat(nowhere("nope", 80).reason()).isEqualTo(Reason.UNKNOWN_NAME);
        assertThat(nowhere("www.example.com", 80).reason()).isEqualTo(Reason.UNKNOWN_NAME);
        assertThat(nowhere("a.b.example.com", 80).reason()).isEqualTo(Reason.UNKNOWN_NAME);
    }

    private List<Endpoint> pods(String host, int port) {
        return pods(Target.of(host, port));
    }

    private List<Endpoint> pods(Target target) {
        return ((Resolution.Pods) outcome(target)).candidates();
    }

    private Resolution.Nowhere nowhere(String host, int port) {
        return nowhere(Target.of(host, port));
    }

    private Resolution.Nowhere nowhere(Target target) {
        return (Resolution.Nowhere) outcome(target);
    }

    private Resolution.Outcome outcome(Target target) {
        return ((Attempt.Done) resolver.resolve(target)).resolution().outcome();
    }

    private static Endpoint endpoint(String pod, int port) {
        return new Endpoint("lab", pod, port);
    }

    private static ServiceRecord service(String namespace, String name, Kind kind, String ip, Port... ports) {
        List<InetAddress> addresses = ip.isEmpty() ? List.of() : List.of(ip(ip));
        return new ServiceRecord(namespace, name, kind, addresses, Optional.empty(), List.of(ports));
    }

    private static ServiceRecord alias(String namespace, String name, String leadsTo) {
        return new ServiceRecord(namespace, name, Kind.EXTERNAL_NAME, List.of(), Optional.of(leadsTo), List.of());
    }

    private static SliceRecord slice(String service, List<SlicePort> ports, SliceEndpoint... endpoints) {
        return new SliceRecord("lab", service + endpoints[0].address(), service, ports, List.of(endpoints));
    }

    private static SliceEndpoint ready(String ip, String pod) {
        return new SliceEndpoint(ip(ip), Optional.of(pod), Optional.empty(), true, false);
    }

    private static SliceEndpoint notReady(String ip, String pod) {
        return new SliceEndpoint(ip(ip), Optional.of(pod), Optional.empty(), false, false);
    }

    private static SliceEndpoint named(String ip, String pod, boolean ready) {
        return new SliceEndpoint(ip(ip), Optional.of(pod), Optional.of(pod), ready, false);
    }

    private static SliceEndpoint stranger(String ip) {
        return new SliceEndpoint(ip(ip), Optional.empty(), Optional.empty(), true, false);
    }

    private static Port tcp(String name, int port) {
        return new Port(name, port, Protocol.TCP);
    }

    private static Port udp(String name, int port) {
        return new Port(name, port, Protocol.UDP);
    }

    private static InetAddress ip(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
