package io.kubetun.plugin.hostsfwd;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ServiceSelection;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The mode's options, checked.
 *
 * @param selection which Services
 * @param bareNamespace the namespace whose Services also get their bare name, as a pod in it would say it
 * @param mapping from a Service's port to the one to listen on here, where they differ
 * @param reservations addresses asked for, by {@code svc.ns} or {@code pod.svc.ns}
 * @param domain a further ending for the names
 * @param hostsFile where the names go; empty for nowhere
 */
record ForwardOptions(
        ServiceSelection selection,
        String bareNamespace,
        Map<Integer, Integer> mapping,
        Map<String, InetAddress> reservations,
        Optional<String> domain,
        Optional<Path> hostsFile) {
    static final String NAMESPACES = "namespaces";
    static final String ALL_NAMESPACES = "all-namespaces";
    static final String SELECTOR = "selector";
    static final String FIELD_SELECTOR = "field-selector";
    static final String MAPPING = "mapping";
    static final String RESERVE = "reserve";
    static final String DOMAIN = "domain";
    static final String NO_HOSTS = "no-hosts";
    static final String HOSTS_PATH = "hosts-path";

    private static final Pattern DNS_NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*");
    private static final int DNS_NAME_MAX = 253;

    static ForwardOptions of(Config options, String activeNamespace) throws KubetunException {
        List<String> listed = list(options, NAMESPACES);
        boolean all = flag(options, ALL_NAMESPACES);
        if (all && !listed.isEmpty()) {
            throw invalid(
                    "-n and -A are both given",
                    "all namespaces cannot be combined with a list of them",
                    "Leave one of the two away");
        }
        for (String namespace : listed) {
            if (!isDnsName(namespace)) {
                throw invalid(
                        "-n " + namespace + " cannot be used",
                        "it is not a namespace's name",
                        "kubetun forward -n a,b");
            }
        }
        List<String> namespaces = listed.isEmpty() && !all ? List.of(activeNamespace) : listed;
        String bare = all ? activeNamespace : namespaces.getFirst();
        return new ForwardOptions(
                new ServiceSelection(Set.copyOf(namespaces), text(options, SELECTOR), text(options, FIELD_SELECTOR)),
                bare,
                mapping(list(options, MAPPING)),
                reservations(list(options, RESERVE), bare),
                domain(text(options, DOMAIN)),
                flag(options, NO_HOSTS) ? Optional.empty() : Optional.of(Path.of(options.getString(HOSTS_PATH))));
    }

    /** Says whether a hosts file and a resolver would take it as a name. */
    static boolean isDnsName(String text) {
        return text.length() <= DNS_NAME_MAX && DNS_NAME.matcher(text).matches();
    }

    private static Map<Integer, Integer> mapping(List<String> pairs) throws KubetunException {
        Map<Integer, Integer> mapping = new HashMap<>();
        for (String pair : pairs) {
            String[] ports = pair.split(":", -1);
            Optional<Integer> from = ports.length == 2 ? port(ports[0]) : Optional.empty();
            Optional<Integer> to = ports.length == 2 ? port(ports[1]) : Optional.empty();
            if (from.isEmpty() || to.isEmpty()) {
                throw invalid(
                        "-m " + pair + " cannot be used",
                        "it is not SERVICE_PORT:LOCAL_PORT, each 1 to 65535",
                        "kubetun forward -m 80:8080");
            }
            if (mapping.putIfAbsent(from.get(), to.get()) != null) {
                throw invalid(
                        "-m maps port " + from.get() + " twice",
                        "a port of a Service is opened once",
                        "kubetun forward -m 80:8080");
            }
        }
        return Map.copyOf(mapping);
    }

    private static Optional<Integer> port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port < 1 || port > 65535 ? Optional.empty() : Optional.of(port);
    }

    private static Map<String, InetAddress> reservations(List<String> pairs, String bareNamespace)
            throws KubetunException {
        Map<String, InetAddress> reservations = new LinkedHashMap<>();
        Set<InetAddress> given = new HashSet<>();
        for (String pair : pairs) {
            int colon = pair.indexOf(':');
            String name = colon < 0 ? "" : pair.substring(0, colon).toLowerCase(Locale.ROOT);
            InetAddress address =
                    colon < 0 ? null : NetUtil.createInetAddressFromIpAddressString(pair.substring(colon + 1));
            if (!isDnsName(name) || address == null || !isOwnLoopback(address)) {
                throw invalid(
                        "-r " + pair + " cannot be used",
                        "it is not NAME:ADDRESS with an address within 127.0.0.0/8 other than 127.0.0.1",
                        "kubetun forward -r echo.lab:127.9.9.9");
            }
            String key = name.contains(".") ? name : name + "." + bareNamespace;
            if (reservations.putIfAbsent(key, address) != null || !given.add(address)) {
                throw invalid(
                        "-r " + pair + " cannot be used",
                        "the name or the address is already reserved by another -r",
                        "kubetun forward -r echo.lab:127.9.9.9");
            }
        }
        return Map.copyOf(reservations);
    }

    /** 127.0.0.1 belongs to everybody on this machine; all else in 127.0.0.0/8 can be one Service's. */
    private static boolean isOwnLoopback(InetAddress address) {
        byte[] octets = address.getAddress();
        boolean localhost = octets.length == 4 && octets[1] == 0 && octets[2] == 0 && octets[3] == 1;
        return octets.length == 4 && octets[0] == 127 && !localhost;
    }

    private static Optional<String> domain(String text) throws KubetunException {
        String domain = text.toLowerCase(Locale.ROOT);
        domain = domain.startsWith(".") ? domain.substring(1) : domain;
        if (!domain.isEmpty() && !isDnsName(domain)) {
            throw invalid(
                    "-d " + text + " cannot be used", "it is not a domain name", "kubetun forward -d staging.internal");
        }
        return domain.isEmpty() ? Optional.empty() : Optional.of(domain);
    }

    private static List<String> list(Config options, String key) {
        return options.hasPath(key)
                ? options.getStringList(key).stream()
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .toList()
                : List.of();
    }

    private static String text(Config options, String key) {
        return options.hasPath(key) ? options.getString(key).strip() : "";
    }

    private static boolean flag(Config options, String key) {
        return options.hasPath(key) && options.getBoolean(key);
    }

    private static KubetunException invalid(String what, String why, String next) {
        return new KubetunException(ErrorCode.CONFIG_INVALID, what, why, next);
    }
}
