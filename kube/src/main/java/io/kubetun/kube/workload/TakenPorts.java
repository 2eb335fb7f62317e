package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is taken of a workload's traffic.
 *
 * @param all whether it is all TCP, whatever the port
 * @param tcp the ports whose TCP is taken, if it is not all
 * @param udp the ports whose UDP is taken
 * @param byAsked the number by what was asked for
 */
record TakenPorts(boolean all, Set<Integer> tcp, Set<Integer> udp, Map<String, Integer> byAsked) {
    private static final int MAX_PORT = 65535;

    /** Takes copies that keep their order. */
    TakenPorts {
        tcp = new LinkedHashSet<>(tcp);
        udp = new LinkedHashSet<>(udp);
        byAsked = new LinkedHashMap<>(byAsked);
    }

    /**
     * Finds the numbers of what was asked for. A number need not be declared by a container: that is for people.
     *
     * @throws KubetunException with TARGET_UNKNOWN if no container has a port of that name
     */
    static TakenPorts of(InterceptRequest request, Workload workload) throws KubetunException {
        Set<Integer> tcp = new LinkedHashSet<>();
        Set<Integer> udp = new LinkedHashSet<>();
        Map<String, Integer> byAsked = new LinkedHashMap<>();
        for (Port port : request.ports()) {
            int number = number(port, workload);
            byAsked.put(port.port(), number);
            switch (port.protocol()) {
                case TCP -> tcp.add(number);
                case UDP -> udp.add(number);
                case SCTP -> throw refused(port, workload, "SCTP cannot be intercepted", "Name TCP or UDP ports.");
            }
        }
        return new TakenPorts(request.ports().isEmpty(), tcp, udp, byAsked);
    }

    private static int number(Port port, Workload workload) throws KubetunException {
        if (port.port().matches("\\d{1,9}")) {
            int number = Integer.parseInt(port.port());
            if (number < 1 || number > MAX_PORT) {
                throw refused(port, workload, "ports are numbers from 1 to " + MAX_PORT, "Correct -p.");
            }
            return number;
        }
        List<Tree> declared = workload.containers().stream()
                .flatMap(container -> container.at("ports").items().stream())
                .filter(each -> each.at("protocol")
                        .text()
                        .orElse("TCP")
                        .equals(port.protocol().name()))
                .toList();
        return declared.stream()
                .filter(each -> each.at("name").text().orElse("").equals(port.port()))
                .flatMap(each -> each.at("containerPort").number().stream())
                .findFirst()
                .orElseThrow(() -> refused(
                        port,
                        workload,
                        "no container calls a " + port.protocol() + " port so" + there(declared),
                        "Name one of these, or a number: -p 8080:3000"));
    }

    private static String there(List<Tree> declared) {
        String names = declared.stream()
                .flatMap(each -> each.at("name").text().stream()
                        .map(name ->
                                name + " (" + each.at("containerPort").text().orElse("") + ")"))
                .distinct()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "; none has a name" : "; there are " + names;
    }

    private static KubetunException refused(Port port, Workload workload, String why, String next) {
        return new KubetunException(
                ErrorCode.TARGET_UNKNOWN, "cannot take the port " + port.port() + " of " + workload, why, next);
    }

    /** As the agent is told. */
    String tcpText() {
        return all ? "all" : joined(tcp);
    }

    /** As the agent is told. */
    String udpText() {
        return joined(udp);
    }

    private static String joined(Set<Integer> ports) {
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    static String spoken(Protocol protocol, Set<Integer> ports) {
        return protocol + " " + joined(ports).replace(",", ", ");
    }

    /** As in "takes all TCP". */
    @Override
    public String toString() {
        String tcpPart = all ? "all TCP" : tcp.isEmpty() ? "" : spoken(Protocol.TCP, tcp);
        String udpPart = udp.isEmpty() ? "" : spoken(Protocol.UDP, udp);
        return tcpPart + (tcpPart.isEmpty() || udpPart.isEmpty() ? "" : " and ") + udpPart;
    }
}
