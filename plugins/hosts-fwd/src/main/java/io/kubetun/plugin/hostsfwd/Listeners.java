package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.Forward.OpenPort;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Opens the ports of a {@link Forward}, and has it move when another program is on its address. */
final class Listeners {
    /** All ports of a session; a Service beyond is told and left out. */
    static final int MAX = 16_384;

    /** After so many addresses the port, not the address, is the trouble: something listens on 0.0.0.0. */
    private static final int MAX_MOVES = 3;

    private final SessionContext context;
    private final Notices notices;
    private final boolean aliases;
    private final Set<Channel> clients = ConcurrentHashMap.newKeySet();
    private final Set<Integer> takenEverywhere = new HashSet<>();
    private final Map<Integer, KubetunException> refusals = new LinkedHashMap<>();
    private int open;

    Listeners(SessionContext context, Notices notices) {
        this.context = context;
        this.notices = notices;
        this.aliases = context.host().needsLoopbackAliases();
    }

    /** A way to another address for a forward whose own is taken. */
    interface Elsewhere {
        Optional<InetAddress> next(Set<InetAddress> refused) throws KubetunException;
    }

    /** How many ports are open. */
    int open() {
        return open;
    }

    /** Why ports could not be opened, by port. */
    Map<Integer, KubetunException> refusals() {
        return Map.copyOf(refusals);
    }

    /** Opens what is planned and not open yet; what another program has is told. */
    void openPlanned(Forward forward, Elsewhere elsewhere) {
        boolean fresh = forward.ports().isEmpty();
        if (fresh) {
            addAlias(forward.address());
        }
        Optional<Integer> busy = open(forward.plan(), forward.address(), forward.ports());
        if (fresh && busy.isPresent() && !takenEverywhere.contains(busy.get())) {
            busy = move(forward, busy.get(), elsewhere);
        }
        busy.ifPresent(port -> tellBusy(forward, port));
    }

    /** Looks for an address where all ports are free; stays where it is, with the ports that are, if there is none near. */
    private Optional<Integer> move(Forward forward, int busy, Elsewhere elsewhere) {
        InetAddress from = forward.address();
        Set<InetAddress> refused = new HashSet<>(Set.of(from));
        while (refused.size() <= MAX_MOVES) {
            Optional<InetAddress> next = next(elsewhere, refused);
            if (next.isEmpty()) {
                return Optional.of(busy);
            }
            addAlias(next.get());
            Map<Integer, OpenPort> ports = new TreeMap<>();
            if (open(forward.plan(), next.get(), ports).isEmpty()) {
                close(forward);
                forward.move(next.get(), ports);
                notices.always(forward.key() + " is at " + next.get().getHostAddress()
                        + " now: another program has port " + busy + " of " + from.getHostAddress() + ".");
                return Optional.empty();
            }
            close(next.get(), ports);
            refused.add(next.get());
        }
        takenEverywhere.add(busy);
        return Optional.of(busy);
    }

    private void tellBusy(Forward forward, int port) {
        String where = takenEverywhere.contains(port)
                ? "on every address (0.0.0.0)"
                : "on " + forward.address().getHostAddress();
        notices.once("Port " + port + " of " + forward.key() + " is not open: another program has it " + where
                + ". Stop that program, or open another one for it: -m " + port + ":" + suggestion(port));
    }

    private static int suggestion(int port) {
        return port < 1024 ? port + 8000 : Math.min(65535, port + 1);
    }

    private static Optional<InetAddress> next(Elsewhere elsewhere, Set<InetAddress> refused) {
        try {
            return elsewhere.next(refused);
        } catch (KubetunException none) {
            return Optional.empty();
        }
    }

    /** Opens the planned ports that are not; returns the first that another program has. */
    private Optional<Integer> open(ForwardPlan plan, InetAddress address, Map<Integer, OpenPort> ports) {
        Optional<Integer> busy = Optional.empty();
        for (Map.Entry<Integer, Target> planned : plan.ports().entrySet()) {
            int port = planned.getKey();
            if (!ports.containsKey(port)) {
                try {
                    ports.put(port, listen(plan.key(), new InetSocketAddress(address, port), planned.getValue()));
                    open++;
                } catch (KubetunException refusal) {
                    refusals.putIfAbsent(port, refusal);
                    if (refusal.code() == ErrorCode.PORT_IN_USE) {
                        busy = busy.or(() -> Optional.of(port));
                    } else {
                        notices.once("Port " + port + " is not open: " + refusal.why() + ". " + refusal.next());
                    }
                }
            }
        }
        return busy;
    }

    private OpenPort listen(ForwardKey key, InetSocketAddress address, Target target) throws KubetunException {
        if (open >= MAX) {
            throw new KubetunException(
                    ErrorCode.LISTEN_FAILED,
                    "cannot listen on " + address,
                    MAX + " ports are open already",
                    "Forward fewer Services: kubetun forward -n NAMESPACE -l SELECTOR");
        }
        DialNotice notice = new DialNotice(notices, key + ":" + target.port());
        PortForward forward = new PortForward(context, clients, notice, target);
        return new OpenPort(context.flows().listen(address, forward), forward);
    }

    /** Closes a forward's ports and gives its address back. */
    void close(Forward forward) {
        close(forward.address(), forward.ports());
    }

    private void close(InetAddress address, Map<Integer, OpenPort> ports) {
        open -= ports.size();
        ports.values().forEach(port -> port.listener().close());
        ports.clear();
        removeAlias(address);
    }

    /** Closes the ports that are planned no longer. */
    void closeUnplanned(Forward forward) {
        int before = forward.ports().size();
        forward.closeUnplanned();
        open -= before - forward.ports().size();
    }

    /** Cuts the connections that are open. */
    void closeClients() {
        clients.forEach(Channel::close);
    }

    private void addAlias(InetAddress address) {
        if (aliases) {
            try {
                context.effects().apply(context.host().loopbackAlias(address));
            } catch (KubetunException refusal) {
                notices.once("The address " + address.getHostAddress() + " cannot be used: " + refusal.why() + ". "
                        + refusal.next());
            }
        }
    }

    /** Gives an alias back; it fails only where the helper is gone, which then does so itself. */
    void removeAlias(InetAddress address) {
        if (aliases) {
            try {
                context.effects().undo(context.host().loopbackAlias(address));
            } catch (KubetunException refusal) {
                notices.once(
                        "The address " + address.getHostAddress() + " stays: " + refusal.why() + ". " + refusal.next());
            }
        }
    }
}
