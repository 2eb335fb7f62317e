package io.kubetun.kube.workload;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The Services that are led to the agents of a workload.
 *
 * @param entrances where to
 * @param ports what is changed, by the Service's name
 * @param headless Services whose names lead past it
 */
record LedServices(Entrances entrances, Map<String, List<LedPort>> ports, List<String> headless) {
    LedServices {
        ports = new LinkedHashMap<>(ports);
        headless = List.copyOf(headless);
    }

    /**
     * Finds them. Blocks.
     *
     * @throws KubetunException with the reason, if what is asked for cannot be taken so
     * @throws IOException if the API server does not answer
     */
    static LedServices find(Services services, WorkloadFinder finder, Workload workload, TakenPorts taken)
            throws KubetunException, IOException {
        List<ServiceDocument> selecting =
                services.all().stream().filter(each -> each.selects(workload)).toList();
        List<String> headless = selecting.stream()
                .filter(ServiceDocument::headless)
                .map(ServiceDocument::spoken)
                .toList();
        List<ServiceDocument> led =
                selecting.stream().filter(each -> !each.headless()).toList();
        Set<Integer> reached = led.stream()
                .flatMap(each -> each.originals(workload).values().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        if (reached.isEmpty()) {
            throw refused(
                    workload,
                    "no Service with an address of its own leads TCP to it"
                            + (headless.isEmpty()
                                    ? ""
                                    : ": callers by the headless " + String.join(", ", headless)
                                            + " dial its pods themselves"),
                    "Give it one: kubectl -n " + workload.namespace() + " expose " + workload.spoken());
        }
        Set<Integer> originals = taken.all() ? reached : new TreeSet<>(taken.tcp());
        List<String> missing = originals.stream()
                .filter(port -> !reached.contains(port))
                .map(String::valueOf)
                .toList();
        if (!missing.isEmpty()) {
            throw refused(
                    workload,
                    "no Service leads to its port " + String.join(", ", missing) + "; to "
                            + reached.stream().map(String::valueOf).collect(Collectors.joining(", "))
                            + " they do",
                    "Name one of these: -p " + reached.iterator().next());
        }
        Entrances entrances = Entrances.of(originals, workload);
        Map<String, List<LedPort>> ports = new LinkedHashMap<>();
        for (ServiceDocument service : led) {
            List<LedPort> changed = service.led(workload, entrances);
            if (!changed.isEmpty()) {
                checkAlone(finder, service, workload);
                ports.put(service.name(), changed);
            }
        }
        return new LedServices(entrances, ports, headless);
    }

    /** Others' pods have no agent: what comes to them would be refused. */
    private static void checkAlone(WorkloadFinder finder, ServiceDocument service, Workload workload)
            throws KubetunException, IOException {
        List<String> others = new ArrayList<>(finder.behind(service.query()));
        others.remove(workload.spoken());
        if (!others.isEmpty()) {
            throw refused(
                    workload,
                    service.spoken() + " leads to others too, which would have no agent: " + String.join(", ", others),
                    "Take only ports that it does not lead to, with -p");
        }
    }

    private static KubetunException refused(Workload workload, String why, String next) {
        return new KubetunException(ErrorCode.TARGET_UNSUPPORTED, "cannot intercept " + workload, why, next);
    }

    /** As in "service/web (80 to 9703 (before: http))". */
    @Override
    public String toString() {
        return ports.entrySet().stream()
                .map(each -> "service/" + each.getKey() + " ("
                        + each.getValue().stream().map(LedPort::toString).collect(Collectors.joining(", ")) + ")")
                .collect(Collectors.joining(", "));
    }
}
