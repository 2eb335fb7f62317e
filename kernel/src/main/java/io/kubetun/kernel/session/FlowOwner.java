package io.kubetun.kernel.session;

import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.spi.Explanation.Step;
import io.kubetun.spi.Mode.Listening;
import io.kubetun.spi.Target;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a session has to do with a name or address that a program on this machine would use.
 *
 * @param status the session
 * @param host the name or literal
 * @param port the port
 */
record FlowOwner(SessionStatus status, String host, int port) {
    /** Says whether a listener of the session is what a program would connect to. */
    boolean owns() {
        return listening().isPresent();
    }

    /** Where the flow leads: behind a listener, to what that serves. */
    Target target() {
        Optional<Listening> at = listening().filter(each -> isAt(each.address()));
        Optional<String> name =
                at.flatMap(each -> each.names().stream().max((a, b) -> Integer.compare(dots(a), dots(b))));
        int colon = at.map(each -> each.serves().lastIndexOf(':')).orElse(-1);
        String served = at.map(each -> each.serves().substring(colon + 1)).orElse("");
        return name.isPresent() && served.matches("\\d{1,5}")
                ? Target.of(name.get(), Integer.parseInt(served))
                : Target.of(host, port);
    }

    /** How the flow gets into the session. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                "session",
                "Session " + status.id() + " (" + status.profile() + ") joins " + status.context() + ", namespace "
                        + status.namespace() + ", and is " + status.state()
                        + status.why().map(why -> ": " + why).orElse("") + ".",
                0));
        for (ModeStatus mode : status.modes()) {
            mode.notes().forEach(note -> steps.add(new Step("session", "Mode " + mode.name() + ": " + note, 0)));
            Optional<Listening> own =
                    mode.listening().stream().filter(this::leadsTo).findFirst();
            if (own.isPresent()) {
                steps.add(new Step(
                        "session",
                        "Mode " + mode.name() + " listens on " + text(own.get().address()) + " for "
                                + own.get().serves() + ": programs get there by this name or address.",
                        0));
            }
        }
        if (listening().isEmpty()) {
            String ways = String.join(
                    ", ",
                    status.modes().stream()
                            .flatMap(mode -> mode.listening().stream())
                            .limit(5)
                            .map(each -> each.serves() + " on " + text(each.address()))
                            .toList());
            steps.add(new Step("session", "No listener is for it alone; ways in: " + ways + ".", 0));
        }
        return steps;
    }

    private Optional<Listening> listening() {
        return status.modes().stream()
                .flatMap(mode -> mode.listening().stream())
                .filter(this::leadsTo)
                .findFirst();
    }

    private boolean leadsTo(Listening listening) {
        return isAt(listening.address())
                || (listening.address().getPort() == port && listening.names().contains(host));
    }

    private boolean isAt(InetSocketAddress address) {
        return address.getPort() == port
                && address.getAddress().getHostAddress().equals(host);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static int dots(String name) {
        return (int) name.chars().filter(c -> c == '.').count();
    }
}
