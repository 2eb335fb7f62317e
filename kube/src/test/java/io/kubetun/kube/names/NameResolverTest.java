package io.kubetun.kube.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.SliceRecord.SlicePort;
import io.kubetun.kube.target.SnapshotView;
import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected answers were read off CoreDNS 1.15, asked about Services of the same shape. */
class NameResolverTest {
    private final SnapshotView view = new SnapshotView(
            List.of(
                    service("echo", Kind.CLUSTER_IP, "10.96.0.7", tcp("http", 80), tcp("https", 443), udp("u", 53)),
                    service("dual", Kind.CLUSTER_IP, "10.96.0.8 fd00::8", tcp("", 80)),
                    service("peer", Kind.HEADLESS, "", tcp("http", 8080)),
                    service("none", Kind.HEADLESS, "", tcp("http", 8080)),
                    alias("in", "echo.lab.svc.cluster.local."),
                    alias("out", "www.example.com"),
                    alias("dead", "nothing.lab.svc.cluster.local"),
                    alias("address", "10.1.2.3"),
                    alias("ring", "ring2.lab.svc.cluster.local"),
                    alias("ring2", "ring.lab.svc.cluster.local")),
            List.of(
                    new SliceRecord(
                            "lab",
                            "peer-1",
                            "peer",
                            List.of(new SlicePort("http", 8080, Protocol.TCP)),
                            List.of(
                                    endpoint("10.1.0.1", "peer-0", true, false),
                                    endpoint("10.1.0.2", "", true, true),
                                    endpoint("10.1.0.3", "peer-3", false, false),
                                    endpoint("fd00::1", "", true, false))),
                    new SliceRecord(
                            "lab",
                            "echo-1",
                            "echo",
                            List.of(new SlicePort("http", 8080, Protocol.TCP)),
                            List.of(endpoint("10.1.0.9", "", true, false)))),
            List.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo.lab.svc.cluster.local|A|10.96.0.7",
                "ECHO.lab.SVC.Cluster.local.|A|10.96.0.7",
                "echo.lab.svc.cluster.local|AAAA|nodata",
                "echo.lab.svc.cluster.local|OTHER|nodata",
                "echo.lab.svc.cluster.local|CNAME|nodata",
                "echo.lab.svc.cluster.local|PTR|nodata",
                "dual.lab.svc.cluster.local|AAAA|fd00:0:0:0:0:0:0:8",
                "_http._tcp.echo.lab.svc.cluster.local|SRV|0 100 80 echo.lab.svc.cluster.local",
                "http.TCP.echo.lab.svc.cluster.local|SRV|0 100 80 echo.lab.svc.cluster.local",
                "_http._udp.echo.lab.svc.cluster.local|SRV|nosuch",
                "_u._udp.echo.lab.svc.cluster.local|SRV|0 100 53 echo.lab.svc.cluster.local",
                "_http._tcp.echo.lab.svc.cluster.local|A|10.96.0.7",
                "_tcp.echo.lab.svc.cluster.local|SRV|nosuch",
                "dual.lab.svc.cluster.local|SRV|0 50 80 dual.lab.svc.cluster.local",
                "peer.lab.svc.cluster.local|A|10.1.0.1, 10.1.0.2",
                "peer.lab.svc.cluster.local|AAAA|fd00:0:0:0:0:0:0:1",
                "peer-0.peer.lab.svc.cluster.local|A|10.1.0.1",
                "10-1-0-2.peer.lab.svc.cluster.local|A|10.1.0.2",
                "fd00--1.peer.lab.svc.cluster.local|AAAA|fd00:0:0:0:0:0:0:1",
                "peer-3.peer.lab.svc.cluster.local|A|nosuch",
                "peer-9.peer.lab.svc.cluster.local|A|nosuch",
                "10-1-0-9.echo.lab.svc.cluster.local|A|10.1.0.9",
                "none.lab.svc.cluster.local|A|nosuch",
                "in.lab.svc.cluster.local|CNAME|>echo.lab.svc.cluster.local",
                "in.lab.svc.cluster.local|A|>echo.lab.svc.cluster.local, 10.96.0.7",
                "in.lab.svc.cluster.local|AAAA|nodata",
                "in.lab.svc.cluster.local|SRV|nodata",
                "x.in.lab.svc.cluster.local|A|nosuch",
                "out.lab.svc.cluster.local|A|>www.example.com",
                "dead.lab.svc.cluster.local|A|nodata",
                "address.lab.svc.cluster.local|A|nosuch",
                "ring.lab.svc.cluster.local|A|nodata",
                "nothing.lab.svc.cluster.local|A|nosuch",
                "echo.nowhere.svc.cluster.local|A|nosuch",
                "lab.svc.cluster.local|A|nodata",
                "nowhere.svc.cluster.local|A|nosuch",
                "svc.cluster.local|A|nodata",
                "cluster.local|A|nodata",
                "other.cluster.local|A|nosuch",
                "a.b.c.echo.lab.svc.cluster.local|A|nosuch",
                "1-2-3-4.lab.pod.cluster.local|A|1.2.3.4",
                "1-2-3-4.lab.pod.cluster.local|AAAA|nodata",
                "fd00--1.lab.pod.cluster.local|AAAA|fd00:0:0:0:0:0:0:1",
                "1-2-3-4.nowhere.pod.cluster.local|A|nosuch",
                "x.lab.pod.cluster.local|A|nosuch",
                "7.0.96.10.in-addr.arpa|PTR|=echo.lab.svc.cluster.local",
                "1.0.1.10.in-addr.arpa|PTR|=peer-0.peer.lab.svc.cluster.local",
                "2.0.1.10.in-addr.arpa|PTR|=10-1-0-2.peer.lab.svc.cluster.local",
                "3.0.1.10.in-addr.arpa|PTR|foreign",
                "7.0.96.10.in-addr.arpa|A|foreign",
                "8.8.8.8.in-addr.arpa|PTR|foreign",
                "1.10.in-addr.arpa|PTR|foreign",
                "www.example.com|A|foreign",
                "notcluster.local|A|foreign",
                "cluster.local.example.com|A|foreign",
            })
    void answersAsTheClustersOwnNameServer(String name, Names.Type type, String expected) {
        assertThat(text(ask(name, type))).isEqualTo(expected);
    }

    @Test
    void aReverseNameOfAnIpv6AddressHasNibbles() {
        assertThat(text(ask("8." + "0.".repeat(27) + "0.0.d.f.ip6.arpa", Names.Type.PTR)))
                .isEqualTo("=dual.lab.svc.cluster.local");
    }

    @Test
    void whoAsksForPortsGetsTheAddressesToo() {
        Names.Found found = (Names.Found) ask("_http._tcp.peer.lab.svc.cluster.local", Names.Type.SRV);
        assertThat(found.records())
                .hasSize(3)
                .contains(new NameRecord.Port(
                        "_http._tcp.peer.lab.svc.cluster.local", 0, 33, 8080, "peer-0.peer.lab.svc.cluster.local"));
        assertThat(found.additional())
                .hasSize(3)
                .contains(new NameRecord.Address("peer-0.peer.lab.svc.cluster.local", ip("10.1.0.1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "..svc.cluster.local", "cluster.local..", "\\.svc.cluster.local", "%.arpa"})
    void whatIsNoNameIsHarmless(String name) {
        for (Names.Type type : Names.Type.values()) {
            assertThat(ask(name, type)).isNotInstanceOf(Names.Found.class);
        }
    }

    private Names.NameAnswer ask(String name, Names.Type type) {
        Reading reading = new Reading(view);
        Names.NameAnswer answer = new NameResolver(reading, "cluster.local").answer(name, type);
        assertThat(reading.wanted()).isEmpty();
        return answer;
    }

    private static String text(Names.NameAnswer answer) {
        return switch (answer) {
            case Names.NoData none -> "nodata";
            case Names.NoSuchName none -> "nosuch";
            case Names.Foreign foreign -> "foreign";
            case Names.Failed failed -> "failed";
            case Names.Found(List<NameRecord> records, List<NameRecord> additional) ->
                records.stream().map(NameResolverTest::text).collect(Collectors.joining(", "));
        };
    }

    private static String text(NameRecord record) {
        return switch (record) {
            case NameRecord.Address address -> address.ip().getHostAddress();
            case NameRecord.Alias alias -> ">" + alias.target();
            case NameRecord.Pointer pointer -> "=" + pointer.target();
            case NameRecord.Port port ->
                port.priority() + " " + port.weight() + " " + port.port() + " " + port.target();
        };
    }

    private static ServiceRecord service(String name, Kind kind, String addresses, Port... ports) {
        List<InetAddress> ips = Arrays.stream(addresses.split(" ", -1))
                .filter(text -> !text.isEmpty())
                .map(NameResolverTest::ip)
                .toList();
        return new ServiceRecord("lab", name, kind, ips, Optional.empty(), List.of(ports));
    }

    private static ServiceRecord alias(String name, String target) {
        return new ServiceRecord("lab", name, Kind.EXTERNAL_NAME, List.of(), Optional.of(target), List.of());
    }

    private static SliceEndpoint endpoint(String ip, String hostname, boolean ready, boolean terminating) {
        return new SliceEndpoint(
                ip(ip), Optional.empty(), Optional.of(hostname).filter(text -> !text.isEmpty()), ready, terminating);
    }

    private static Port tcp(String name, int port) {
        return new Port(name, port, Protocol.TCP);
    }

    private static Port udp(String name, int port) {
        return new Port(name, port, Protocol.UDP);
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
