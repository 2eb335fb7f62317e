package io.kubetun.plugin.dns;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The session's name server as all programs of this machine ask it: its address, its names, and what makes them ask. */
final class SystemServer {
    private static final int PORT = 53;

    /** 127.53.0.53, 127.53.1.53 and so on: the first that is free. */
    private static final int ADDRESSES = 256;

    private final SessionContext session;
    private final String label;

    SystemServer(SessionContext session) {
        this.session = session;
        this.label = label(session.profile(), session.id());
    }

    /** A profile's name as a label of DNS; the session's id where nothing of it can be one. */
    private static String label(String profile, String id) {
        String label =
                profile.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^-+|-+$", "");
        return label.isEmpty() || label.length() > 63 ? id : label;
    }

    /** What names of this cluster may end with besides its domain. */
    List<OwnLabel> labels() {
        String domain = session.cluster().names().domain();
        return List.of(label, session.id()).stream()
                .distinct()
                .map(each -> new OwnLabel(each, domain))
                .toList();
    }

    /** Listens on the first free address. */
    InetSocketAddress listen(Listener listener) throws KubetunException {
        Optional<KubetunException> last = Optional.empty();
        for (int i = 0; i < ADDRESSES; i++) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.ofLiteral("127." + PORT + "." + i + "." + PORT), PORT);
            try {
                return listener.listen(address);
            } catch (KubetunException e) {
                if (e.code() != ErrorCode.PORT_IN_USE) {
                    throw e;
                }
                last = Optional.of(e);
            }
        }
        throw new KubetunException(
                ErrorCode.PORT_IN_USE,
                "cannot answer names at port 53",
                "another program has the port on all addresses",
                "See which one: sudo ss -lunp sport = :53; let it listen on its own address only, or go on without it:"
                        + " --dns-system=false",
                last.orElseThrow());
    }

    /** Makes all programs ask there. */
    List<Effect> announce(InetSocketAddress address) throws KubetunException {
        String domain = session.cluster().names().domain();
        String namespace = session.cluster().identity().namespace();
        SystemNames names = new SystemNames(
                session.id(),
                label,
                address.getAddress(),
                domain,
                List.of(namespace + ".svc." + domain, "svc." + domain, domain));
        List<Effect> effects = session.host().systemNames(names);
        for (Effect effect : effects) {
            session.effects().apply(effect);
        }
        return effects;
    }

    /** What a person should know: each change in its first line, and the names that are this session's alone. */
    List<String> notes(List<Effect> effects) {
        List<String> notes = new ArrayList<>();
        effects.forEach(effect -> notes.add(effect.preview().replace("\n+ ", ", ")));
        notes.add("names of this session alone: SERVICE.NAMESPACE." + label);
        return List.copyOf(notes);
    }

    String label() {
        return label;
    }

    /** Opens both sockets of an address. */
    interface Listener {
        InetSocketAddress listen(InetSocketAddress address) throws KubetunException;
    }
}
