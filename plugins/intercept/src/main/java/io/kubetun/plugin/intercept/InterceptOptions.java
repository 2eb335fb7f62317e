package io.kubetun.plugin.intercept;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.WorkloadName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The mode's options, read and checked.
 *
 * @param workload whose traffic
 * @param ports what is taken; none for all TCP
 * @param way how the agent gets into the pods; empty for the best that can be
 * @param to where the local process listens, unless a port says otherwise; always an address
 * @param refuse whether a connection is refused while nothing listens here
 * @param probes whether the kubelet's probes are taken too
 * @param proxyProtocol whether the local process is told who calls
 * @param patience how long to wait while somebody else has the workload; zero not to
 */
record InterceptOptions(
        WorkloadName workload,
        List<TakenPort> ports,
        Optional<Way> way,
        LocalDoor to,
        boolean refuse,
        boolean probes,
        boolean proxyProtocol,
        Duration patience) {
    /** The first way that can be. */
    static final String AUTO = "auto";

    private static final String WAYS =
            Stream.of(Way.values()).map(Way::toString).collect(Collectors.joining(", "));

    InterceptOptions {
        ports = List.copyOf(ports);
    }

    static InterceptOptions read(Config options) throws KubetunException {
        String named = options.hasPath("workload") ? options.getString("workload") : "";
        WorkloadName workload = WorkloadName.parse(named)
                .orElseThrow(() -> wrong(
                        "cannot tell what to intercept",
                        named.isEmpty() ? "no workload is named" : "\"" + named + "\" is not KIND/NAME",
                        "Name one: kubetun intercept deployment/NAME; see them: kubectl get deployments"));
        List<TakenPort> ports = new ArrayList<>();
        if (options.hasPath("ports")) {
            for (String text : options.getStringList("ports")) {
                ports.add(TakenPort.read(text));
            }
        }
        String to = options.getString("to");
        LocalDoor door = LocalDoor.readAddress(to)
                .orElseThrow(() -> wrong(
                        "cannot lead flows to " + to,
                        "it is no address, nor one with a port",
                        "Say --to 127.0.0.1, --to 192.0.2.7:3000 or --to [::1]:3000"));
        return new InterceptOptions(
                workload,
                ports,
                way(options.getString("way")),
                door,
                onClosed(options.getString("on-closed")),
                options.getBoolean("probes"),
                options.getBoolean("proxy-protocol"),
                options.getDuration("wait"));
    }

    private static Optional<Way> way(String text) throws KubetunException {
        Optional<Way> way = Way.parse(text);
        if (way.isEmpty() && !text.equals(AUTO)) {
            throw wrong("cannot read --way " + text, "it is none of " + AUTO + ", " + WAYS, "Say --way " + AUTO);
        }
        return way;
    }

    private static boolean onClosed(String text) throws KubetunException {
        return switch (text) {
            case "stay" -> false;
            case "refuse" -> true;
            default ->
                throw wrong("cannot read --on-closed " + text, "it is neither stay nor refuse", "Say --on-closed stay");
        };
    }

    private static KubetunException wrong(String what, String why, String next) {
        return new KubetunException(ErrorCode.USAGE, what, why, next);
    }
}
