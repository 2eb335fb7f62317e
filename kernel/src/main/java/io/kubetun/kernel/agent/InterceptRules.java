package io.kubetun.kernel.agent;

import io.kubetun.kernel.agent.TakenPorts.All;
import io.kubetun.kernel.agent.TakenPorts.Some;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The dead-man rules of a pod, as text for nft or iptables-restore. Inbound traffic is redirected to the agent only
 * while a set holds the pod's address, for 1 s after each beat of the agent: a datagram to the pod itself, which the
 * rules know by its sender's uid, and drop. Traffic of the pod's own loopback is not touched, so what the agent dials
 * and what a port-forward brings gets to the original.
 *
 * @param settings what is taken, and from whom
 * @param nodes where probes come from that are known by nothing else
 */
record InterceptRules(AgentSettings settings, List<InetAddress> nodes) {
    /** The one table of nft that is ours. */
    static final String TABLE = "kubetun_intercept";

    /** Chains of iptables that are ours; each is entered from one place of the system's. */
    static final String REDIRECT = "KUBETUN_INTERCEPT";

    static final String BEATS = "KUBETUN_BEATS";
    static final String DIRECT = "KUBETUN_DIRECT";

    InterceptRules(AgentSettings settings, List<InetAddress> nodes) {
        this.settings = settings;
        this.nodes = Stream.concat(settings.nodeIps().stream(), nodes.stream())
                .distinct()
                .toList();
    }

    /** Puts our table there, in place of the one that may be there, in one transaction. */
    String nft() {
        List<String> lines = new ArrayList<>();
        lines.add("table inet " + TABLE);
        lines.add("delete table inet " + TABLE);
        lines.add("table inet " + TABLE + " {");
        for (Family family : Family.values()) {
            lines.add("  set " + family.set + " { type " + family.type
                    + "; flags dynamic,timeout; timeout 1s; size 64; }");
        }
        lines.add("  chain prerouting {");
        lines.add("    type nat hook prerouting priority dstnat; policy accept;");
        lines.add("    tcp dport { " + settings.port() + ", " + settings.redirect() + " } return");
        for (Family family : Family.values()) {
            if (!family.of(nodes).isEmpty() && !probed().isEmpty()) {
                lines.add("    " + family.word + " saddr { " + joined(family.of(nodes), NodeAddresses::text)
                        + " } tcp dport { " + joined(probed(), String::valueOf) + " } return");
            }
        }
        for (Family family : Family.values()) {
            if (family.of(settings.podIps()).isEmpty()) {
                continue;
            }
            String alive = "    " + family.word + " daddr @" + family.set + " ";
            switch (settings.tcp()) {
                case All() -> lines.add(alive + "meta l4proto tcp redirect to :" + settings.redirect());
                case Some(SortedSet<Integer> ports)
                when !ports.isEmpty() ->
                    lines.add(alive + "tcp dport { " + joined(ports, String::valueOf) + " } redirect to :"
                            + settings.redirect());
                case Some _ -> {}
            }
            for (int port : settings.udp()) {
                lines.add(alive + "udp dport " + port + " redirect to :" + settings.redirectOfUdp(port));
            }
        }
        lines.add("  }");
        lines.add("  chain beats {");
        lines.add("    type filter hook output priority filter; policy accept;");
        for (Family family : Family.values()) {
            List<InetAddress> own = family.of(settings.podIps());
            if (!own.isEmpty()) {
                lines.add("    meta skuid " + AgentSettings.UID + " " + family.word + " daddr { "
                        + joined(own, NodeAddresses::text) + " } udp dport " + AgentSettings.BEAT_PORT + " update @"
                        + family.set + " { " + family.word + " daddr timeout 1s } drop");
            }
        }
        lines.add("  }");
        lines.add("  chain direct {");
        lines.add("    type filter hook input priority filter; policy accept;");
        lines.add("    tcp dport " + settings.redirect() + " ct status dnat accept");
        lines.add("    tcp dport " + settings.redirect() + " reject with tcp reset");
        if (!settings.udp().isEmpty()) {
            String listeners = joined(settings.udp(), port -> String.valueOf(settings.redirectOfUdp(port)));
            lines.add("    udp dport { " + listeners + " } ct status dnat accept");
            lines.add("    udp dport { " + listeners + " } reject");
        }
        lines.add("  }");
        lines.add("}");
        return String.join("\n", lines) + "\n";
    }

    /** Fills our chains for iptables-restore --noflush, which leaves all others alone. */
    String iptables(Family family) {
        List<String> lines = new ArrayList<>();
        String recent = " -m recent --name " + family.set + " --rdest ";
        String in = "-A " + REDIRECT + " ";
        lines.add("*nat");
        lines.add(":" + REDIRECT + " - [0:0]");
        lines.add(in + "-p tcp -m tcp --dport " + settings.port() + " -j RETURN");
        lines.add(in + "-p tcp -m tcp --dport " + settings.redirect() + " -j RETURN");
        for (InetAddress node : family.of(nodes)) {
            for (int port : probed()) {
                lines.add(in + "-s " + NodeAddresses.text(node) + " -p tcp -m tcp --dport " + port + " -j RETURN");
            }
        }
        String alive = recent + "--rcheck --seconds 1 -j REDIRECT --to-ports ";
        switch (settings.tcp()) {
            case All() -> lines.add(in + "-p tcp" + alive + settings.redirect());
            case Some(SortedSet<Integer> ports) ->
                ports.forEach(port -> lines.add(in + "-p tcp -m tcp --dport " + port + alive + settings.redirect()));
        }
        for (int port : settings.udp()) {
            lines.add(in + "-p udp -m udp --dport " + port + alive + settings.redirectOfUdp(port));
        }
        lines.add("COMMIT");
        lines.add("*filter");
        lines.add(":" + BEATS + " - [0:0]");
        lines.add(":" + DIRECT + " - [0:0]");
        for (InetAddress own : family.of(settings.podIps())) {
            lines.add("-A " + BEATS + " -d " + NodeAddresses.text(own) + " -p udp -m udp --dport "
                    + AgentSettings.BEAT_PORT + " -m owner --uid-owner " + AgentSettings.UID + recent
                    + "--set -j DROP");
        }
        String direct = "-A " + DIRECT + " -p tcp -m tcp --dport " + settings.redirect() + " ";
        lines.add(direct + "-m conntrack --ctstate DNAT -j RETURN");
        lines.add(direct + "-j REJECT --reject-with tcp-reset");
        for (int port : settings.udp()) {
            String one = "-A " + DIRECT + " -p udp -m udp --dport " + settings.redirectOfUdp(port) + " ";
            lines.add(one + "-m conntrack --ctstate DNAT -j RETURN");
            lines.add(one + "-j REJECT");
        }
        lines.add("COMMIT");
        return String.join("\n", lines) + "\n";
    }

    /** The ports whose probes are known only by where they come from. */
    private SortedSet<Integer> probed() {
        return settings.probes().stream()
                .filter(Probe.Tcp.class::isInstance)
                .map(Probe::port)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static <T> String joined(Iterable<T> all, Function<T, String> text) {
        List<String> words = new ArrayList<>();
        all.forEach(each -> words.add(text.apply(each)));
        return String.join(", ", words);
    }

    /** IP as the rules have it twice. */
    enum Family {
        IPV4("ip", "ipv4_addr", "alive4"),
        IPV6("ip6", "ipv6_addr", "alive6");

        private final String word;
        private final String type;
        private final String set;

        Family(String word, String type, String set) {
            this.word = word;
            this.type = type;
            this.set = set;
        }

        List<InetAddress> of(List<InetAddress> addresses) {
            return addresses.stream()
                    .filter(each -> each instanceof Inet4Address == (this == IPV4))
                    .toList();
        }
    }
}
