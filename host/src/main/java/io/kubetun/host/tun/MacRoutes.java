package io.kubetun.host.tun;

import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code netstat -rn} of macOS: a table for each family, with the columns Destination, Gateway, Flags and Netif. Of
 * IPv4 networks the trailing zero bytes are left out, and so is the prefix where it is the one of the old classes.
 */
final class MacRoutes {
    private static final String LOOPBACK = "lo0";
    /** Copies for single hosts, and what leads nowhere. */
    private static final Pattern LEFT_OUT = Pattern.compile("[WRB]");

    /** The host route to the peer of a device of kubetun, which tells that the device is one. */
    private static final Pattern PEER = Pattern.compile("198\\.19\\.(\\d{1,3})\\.2");

    private MacRoutes() {}

    static List<Route> read(String table) {
        List<Entry> entries = entries(table);
        Map<String, String> ours = new HashMap<>();
        for (Entry entry : entries) {
            Matcher peer = PEER.matcher(entry.destination());
            if (peer.matches()
                    && entry.device().startsWith("utun")
                    && entry.flags().contains("H")) {
                number(peer.group(1)).ifPresent(n -> ours.put(entry.device(), new TunSettings(n, false).name()));
            }
        }
        List<Route> routes = new ArrayList<>();
        for (Entry entry : entries) {
            range(entry)
                    .filter(range -> !range.network().isMulticastAddress())
                    .ifPresent(
                            range -> routes.add(new Route(range, ours.getOrDefault(entry.device(), entry.device()))));
        }
        return List.copyOf(routes);
    }

    private static Optional<Integer> number(String digits) {
        int number = Integer.parseInt(digits);
        return number < TunSettings.MAX_DEVICES ? Optional.of(number) : Optional.empty();
    }

    private static List<Entry> entries(String table) {
        List<Entry> entries = new ArrayList<>();
        boolean v6 = false;
        for (String line : table.lines().toList()) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields[0].endsWith(":") && fields.length == 1) {
                v6 = fields[0].equals("Internet6:");
            } else if (fields.length > 3 && !fields[0].equals("Destination")) {
                Entry entry = new Entry(fields[0], fields[2], fields[3], v6);
                if (!entry.device().equals(LOOPBACK)
                        && !LEFT_OUT.matcher(entry.flags()).find()) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static Optional<Cidr> range(Entry entry) {
        String text = entry.destination();
        if (text.equals("default")) {
            return Optional.of(Cidr.of(entry.v6() ? "::/0" : "0.0.0.0/0"));
        }
        try {
            // With a % it is of one link alone.
            return text.contains("%") ? Optional.empty() : Optional.of(entry.v6() ? Cidr.of(text) : v4(text));
        } catch (IllegalArgumentException noRange) {
            return Optional.empty();
        }
    }

    private static Cidr v4(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        int bytes = address.split("\\.", -1).length;
        String prefix = slash >= 0 ? text.substring(slash) : bytes == 4 ? "" : "/" + classPrefix(address);
        return Cidr.of(address + ".0".repeat(Math.max(0, 4 - bytes)) + prefix);
    }

    private static int classPrefix(String address) {
        int first = Integer.parseInt(address.split("\\.", -1)[0]);
        return first < 128 ? 8 : first < 192 ? 16 : 24;
    }

    /**
     * A line of the table.
     *
     * @param destination as it stands there
     * @param flags letters
     * @param device its name
     * @param v6 which family
     */
    private record Entry(String destination, String flags, String device, boolean v6) {}
}
