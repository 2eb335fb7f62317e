package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.Forwards.Changes;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells the person what is forwarded: each address while they are few, their number when they are many. */
final class Announcer {
    private static final int FEW = 20;

    private final Notices notices;
    private final ForwardOptions options;
    private boolean udpTold;

    Announcer(Notices notices, ForwardOptions options) {
        this.notices = notices;
        this.options = options;
    }

    void started(Forwards forwards, Listeners listeners, Map<ForwardKey, List<String>> names, Changes changes) {
        if (changes.opened().isEmpty()) {
            notices.always("No Service in " + where() + " yet that can be forwarded; one that comes will be.");
            return;
        }
        if (changes.opened().size() <= FEW) {
            changes.opened().stream()
                    .sorted()
                    .forEach(key -> forwards.find(key)
                            .ifPresent(forward -> notices.always(line(forward, names.getOrDefault(key, List.of())))));
        }
        notices.always(count(forwards.all().size(), "address", "addresses") + " for the Services of " + where() + ", "
                + count(listeners.open(), "port", "ports") + " open, names "
                + options.hostsFile().map(file -> "in " + file).orElse("left out (--no-hosts)") + ".");
    }

    void changed(Forwards forwards, Changes changes) {
        tell(changes.closed(), "gone", key -> key + " is gone.");
        tell(
                changes.opened(),
                "new",
                key -> forwards.find(key)
                        .map(forward -> line(forward, List.of()))
                        .orElse(key + " is new."));
        tell(
                changes.altered(),
                "changed",
                key -> forwards.find(key)
                        .map(forward -> line(forward, List.of()))
                        .orElse(key + " has changed."));
    }

    /** Says once that UDP stays in the cluster. */
    void udp(Map<ForwardKey, Optional<ServiceState>> batch) {
        if (!udpTold) {
            List<String> ports = new ArrayList<>();
            batch.values()
                    .forEach(state -> state.ifPresent(service -> service.ports().stream()
                            .filter(port -> port.protocol() != Protocol.TCP)
                            .forEach(port ->
                                    ports.add(service.namespace() + "/" + service.name() + ":" + port.port()))));
            if (!ports.isEmpty()) {
                udpTold = true;
                String more = ports.size() > 3 ? " and " + (ports.size() - 3) + " more" : "";
                notices.always("UDP ports are not forwarded ("
                        + String.join(", ", ports.subList(0, Math.min(3, ports.size()))) + more
                        + "): the API server forwards TCP only.");
            }
        }
    }

    private interface Line {
        String of(ForwardKey key);
    }

    private void tell(Collection<ForwardKey> keys, String what, Line line) {
        if (keys.size() > FEW) {
            notices.always(keys.size() + " addresses are " + what + ".");
        } else {
            keys.stream().sorted().forEach(key -> notices.always(line.of(key)));
        }
    }

    private static String line(Forward forward, List<String> names) {
        String ports = forward.ports().keySet().stream().map(String::valueOf).collect(Collectors.joining(", "));
        String shortest = names.isEmpty() ? "" : " (" + names.getFirst() + ")";
        return forward.key() + shortest + " is at " + forward.address().getHostAddress() + ", "
                + (ports.isEmpty() ? "no port open" : forward.ports().size() == 1 ? "port " + ports : "ports " + ports)
                + ".";
    }

    private String where() {
        Set<String> namespaces = new TreeSet<>(options.selection().namespaces());
        return namespaces.isEmpty() ? "all namespaces" : String.join(", ", namespaces);
    }

    private static String count(int number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
