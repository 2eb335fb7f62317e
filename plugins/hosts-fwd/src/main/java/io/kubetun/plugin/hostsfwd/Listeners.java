package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.Forward.OpenPort;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows.FlowListener;
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
    private final Map<Integer, KubetunException> lastRefusals = new LinkedHashMap<>();
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
        return Map.copyOf(lastRefusals);
    }

    /** Opens what is planned and not open yet; what another program has is told. */
    void openPlanned(Forward forward, Elsewhere elsewhere) {
        boolean fresh = forward.ports().isEmpty();
        if (fresh) {
            addAlias(forward.address());
        }
        InetAddress first = forward.address();
        Set<InetAddress> refused = new HashSet<>();
        Optional<Integer> busy = tryOpen(forward);
        while (fresh && busy.isPresent() && refused.size() < MAX_MOVES && !takenEverywhere.contains(busy.get())) {
            refused.add(forward.address());
            Optional<InetAddress> next = next(elsewhere, refused);
            if (next.isEmpty()) {
                break;
            }
            move(forward, next.get());
            busy = tryOpen(forward);
        }
        settle(forward, first, busy);
    }

    private void settle(Forward forward, InetAddress first, Optional<Integer> busy) {
        boolean moved = !forward.address().equals(first);
        if (busy.isPresent() && moved) {
            takenEverywhere.add(busy.get());
            move(forward, first);
            tryOpen(forward);
        } else if (moved) {
            notices.always(forward.key() + " is on " + forward.address().getHostAddress()
                    + " now: another program has a port of " + first.getHostAddress() + ".");
        }
        busy.ifPresent(
                port -> notices.once("Port " + port + " of " + forward.key() + " is not open: another program has it"
                        + (takenEverywhere.contains(port)
                                ? " on every address (0.0.0.0)."
                                : " on " + first.getHostAddress() + ".")
                        + " Stop that program, or open another one for it: -m " + port + ":" + suggestion(port)));
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

    private void move(Forward forward, InetAddress to) {
        close(forward);
        forward.move(to);
        addAlias(to);
    }

    /** Opens ports; returns the first that another program has. */
    private Optional<Integer> tryOpen(Forward forward) {
        Optional<Integer> busy = Optional.empty();
        for (Map.Entry<Integer, Target> port : forward.plan().ports().entrySet()) {
            if (!forward.ports().containsKey(port.getKey())) {
                try {
                    forward.ports().put(port.getKey(), listen(forward, port.getKey(), port.getValue()));
                    open++;
                } catch (KubetunException refusal) {
                    if (refusal.code() == ErrorCode.PORT_IN_USE) {
                        busy = busy.isPresent() ? busy : Optional.of(port.getKey());
                    } else {
                        notices.once("Ports like " + forward.key() + ":" + port.getKey() + " are not open: "
                                + refusal.why() + ". " + refusal.next());
                    }
                    lastRefusals.putIfAbsent(port.getKey(), refusal);
                }
            }
        }
        return busy;
    }

    private OpenPort listen(Forward forward, int port, Target target) throws KubetunException {
        InetSocketAddress address = new InetSocketAddress(forward.address(), port);
        if (open >= MAX) {
            throw new KubetunException(
                    ErrorCode.LISTEN_FAILED,
                    "cannot listen on " + address,
                    MAX + " ports are open already",
                    "Forward fewer Services: kubetun forward -n NAMESPACE -l SELECTOR");
        }
        PortForward forwarding =
                new PortForward(context, clients, new DialNotice(notices, forward.key() + ":" + target.port()), target);
        FlowListener listener = context.flows().listen(address, forwarding);
        return new OpenPort(listener, forwarding);
    }

    /** Closes a forward's ports and gives its address back. */
    void close(Forward forward) {
        open -= forward.ports().size();
        forward.close();
        removeAlias(forward.address());
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
