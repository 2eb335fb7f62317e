package io.kubetun.plugin.intercept;

import io.kubetun.plugin.intercept.LocalProcess.Door;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.InterceptCaller;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has agents put into a workload's pods and leads what they open to the process on this machine. */
final class InterceptMode implements Mode {
    private final SessionContext session;
    private final InterceptOptions options;
    private volatile Optional<Interception> interception = Optional.empty();
    private volatile Optional<AgentLinks> links = Optional.empty();
    private volatile Optional<LocalProcess> process = Optional.empty();

    InterceptMode(SessionContext session, InterceptOptions options) {
        this.session = session;
        this.options = options;
    }

    @Override
    public void start() throws KubetunException, InterruptedException {
        Inbound inbound = session.inbound();
        InterceptRequest request = new InterceptRequest(
                options.workload(),
                options.ports().stream().map(TakenPort::asked).toList(),
                options.way(),
                inbound.ownerKey(),
                holder(),
                options.probes(),
                session.dryRun(),
                session.dryRun() ? Duration.ZERO : options.patience());
        Interception there = session.cluster().intercept(request, session.effects(), session.progress());
        interception = Optional.of(there);
        boolean started = false;
        try {
            if (!session.dryRun()) {
                open(there, inbound);
            }
            started = true;
        } finally {
            if (!started) {
                stop();
            }
        }
    }

    private void open(Interception there, Inbound inbound) throws KubetunException, InterruptedException {
        LocalProcess local = new LocalProcess(session.flows().outside(), options, doors(there.ports()));
        process = Optional.of(local);
        AgentLinks opened = new AgentLinks(there, inbound, local);
        links = Optional.of(opened);
        there.open(session.progress());
        if (!opened.awaitFirst()) {
            throw new KubetunException(
                    ErrorCode.CLUSTER_ERROR,
                    "cannot intercept " + there.name(),
                    "no agent answers: " + opened.whyDown(),
                    "Look at it: kubectl logs " + options.workload() + " -c kubetun-agent");
        }
        session.progress()
                .step("Traffic for " + there.name() + " comes here: " + says(there.way())
                        + ". Give it back: kubetun leave " + options.workload());
    }

    private Map<Door, Target.Address> doors(Map<String, Integer> numbers) {
        Map<Door, Target.Address> doors = new HashMap<>();
        for (TakenPort port : options.ports()) {
            int remote = numbers.getOrDefault(port.remote(), 0);
            doors.put(new Door(remote, port.protocol()), to(port).address(remote));
        }
        if (options.ports().isEmpty()) {
            numbers.values()
                    .forEach(number -> doors.put(
                            new Door(number, Protocol.TCP), options.to().address(number)));
        }
        return doors;
    }

    private LocalDoor to(TakenPort port) {
        return port.local().or(options.to());
    }

    private String says(Way way) {
        if (options.ports().isEmpty()) {
            return (way == Way.TARGET_PORT ? "what Services lead to it" : "all TCP") + ", to "
                    + options.to().spoken();
        }
        return String.join(
                ", ",
                options.ports().stream()
                        .map(port -> port.remote() + " to " + to(port).spoken())
                        .toList());
    }

    private static String holder() {
        String user = System.getProperty("user.name");
        try {
            return user + "@" + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return user;
        }
    }

    @Override
    public void stop() {
        links.ifPresent(AgentLinks::close);
        interception.ifPresent(Interception::close);
    }

    @Override
    public List<Reach> reaches() {
        return interception
                .map(there -> Arrays.stream(InterceptCaller.values())
                        .map(caller -> new Reach(
                                caller.toString(),
                                caller.answeredBy(there.way()).toString()))
                        .toList())
                .orElse(List.of());
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        interception.ifPresent(there -> {
            links.ifPresent(each -> notes.add(there.name() + ": " + says(there.way()) + "; " + each.up() + " of "
                    + each.count() + " agents linked, "
                    + process.map(LocalProcess::taken).orElse(0L) + " connections taken."));
            links.ifPresent(each -> notes.addAll(each.notes()));
            process.ifPresent(each -> notes.addAll(each.notes().toList()));
            notes.addAll(there.notes());
        });
        return notes;
    }
}
