package io.kubetun.host.resolver;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.SystemNames;
import io.kubetun.spi.host.TunSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What systemd-resolved asks a session's name server for: the domains of the session's TUN device, and no others. It
 * ends with the device. A cluster's domain that another device of kubetun has already stays that one's.
 */
public final class LinkNames implements Effect {
    /** The kind. */
    public static final String KIND = "resolver-link";

    private static final Path DEVICES = Path.of("/sys/class/net");

    private final TunSettings tun;
    private final SystemNames names;

    /**
     * Describes it.
     *
     * @param tun the session's device
     * @param names its name server
     */
    public LinkNames(TunSettings tun, SystemNames names) {
        this.tun = tun;
        this.names = names;
    }

    /**
     * Returns the device.
     *
     * @return which
     */
    public TunSettings tun() {
        return tun;
    }

    /**
     * Returns the name server.
     *
     * @return as it was given
     */
    public SystemNames names() {
        return names;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return tun.name();
    }

    @Override
    public String preview() {
        return "systemd-resolved asks " + names.server().getHostAddress() + " by " + tun.name() + " for "
                + String.join(" ", domains(true));
    }

    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        boolean first = Resolvectl.run("domain")
                .lines()
                .filter(line -> line.contains("(kubetun") && !line.contains("(" + tun.name() + ")"))
                .flatMap(line -> Stream.of(line.split("\\s+", -1)))
                .noneMatch(word -> word.equals(names.domain()) || word.equals("~" + names.domain()));
        try {
            Resolvectl.run("dns", tun.name(), names.server().getHostAddress());
            Resolvectl.run("default-route", tun.name(), "no");
            List<String> domain = new ArrayList<>(List.of("domain", tun.name()));
            domain.addAll(domains(first));
            Resolvectl.run(domain.toArray(String[]::new));
        } catch (KubetunException e) {
            try {
                undo();
            } catch (KubetunException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private List<String> domains(boolean first) {
        List<String> domains = new ArrayList<>();
        if (first) {
            // A domain to search is one to ask for, too.
            domains.addAll(names.search());
            if (!names.search().contains(names.domain())) {
                domains.add("~" + names.domain());
            }
        }
        domains.add("~" + names.label());
        if (!names.session().equals(names.label())) {
            domains.add("~" + names.session());
        }
        return domains;
    }

    @Override
    public void undo() throws KubetunException {
        if (!Files.exists(DEVICES.resolve(tun.name()))) {
            return;
        }
        Resolvectl.run("revert", tun.name());
    }
}
