package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.Flows.FlowListener;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;

/** One address and the ports open on it. Belongs to {@link Forwards}, whose lock guards it. */
final class Forward {
    private final Map<Integer, OpenPort> ports = new TreeMap<>();
    private ForwardPlan plan;
    private InetAddress address;

    Forward(ForwardPlan plan, InetAddress address) {
        this.plan = plan;
        this.address = address;
    }

    /**
     * A port that is open.
     *
     * @param listener accepts
     * @param forward what happens to what was accepted
     */
    record OpenPort(FlowListener listener, PortForward forward) {}

    ForwardKey key() {
        return plan.key();
    }

    ForwardPlan plan() {
        return plan;
    }

    void plan(ForwardPlan next) {
        plan = next;
    }

    InetAddress address() {
        return address;
    }

    /** Goes elsewhere, where these ports are open; its own have been closed. */
    void move(InetAddress to, Map<Integer, OpenPort> opened) {
        address = to;
        ports.putAll(opened);
    }

    Map<Integer, OpenPort> ports() {
        return ports;
    }

    /** Stops the intake. */
    void close() {
        ports.values().forEach(port -> port.listener().close());
        ports.clear();
    }

    /** Closes what is planned no longer and leads the rest to where it now should. */
    void closeUnplanned() {
        ports.entrySet().removeIf(entry -> {
            boolean gone = !plan.ports().containsKey(entry.getKey());
            if (gone) {
                entry.getValue().listener().close();
            }
            return gone;
        });
        ports.forEach((number, port) -> port.forward().lead(plan.ports().get(number)));
    }
}
