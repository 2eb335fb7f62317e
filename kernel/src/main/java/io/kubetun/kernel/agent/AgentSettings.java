package io.kubetun.kernel.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an agent and its rules do. Both read the same.
 *
 * @param key whose owner gets the traffic, Ed25519
 * @param port where links come in, on loopback
 * @param redirect where the rules lead TCP, on the pod's addresses; UDP port number n of {@code udp}, counted from 0, is
 *     led to the port n + 1 after it
 * @param tcp the TCP ports that are taken
 * @param udp the UDP ports that are taken
 * @param entrances the original's TCP port by a port of the agent's own, on the pod's addresses, to which Services lead; if
 *     there are any, no rules are, and the port {@code redirect} says only that the agent is ready
 * @param probes what the original container answers itself
 * @param podIps the pod's addresses, one or more
 * @param nodeIps the node's addresses, as far as they are known
 * @param maxFlows connections at the same time
 * @param idle after which time without a link the agent ends, which it then also does when asked to; empty if it ends with
 *     its pod alone
 */
public record AgentSettings(
        PublicKey key,
        int port,
        int redirect,
        TakenPorts tcp,
        List<Integer> udp,
        Map<Integer, Integer> entrances,
        List<Probe> probes,
        List<InetAddress> podIps,
        List<InetAddress> nodeIps,
        int maxFlows,
        Optional<Duration> idle) {
    /** Who the agent runs as: the rules know its beats by that. */
    static final int UID = 57_070;

    /** Where the agent's beats go: discard. They never arrive. */
    static final int BEAT_PORT = 9;

    /** More listeners than anybody names ports. */
    private static final int MAX_UDP = 64;

    /** A Service's ports are few. */
    private static final int MAX_ENTRANCES = 128;

    private static final String IDLE = "idle-seconds";
    private static final int MAX_IDLE = 86_400;
    private static final String VARIABLE = "KUBETUN_AGENT_";

    /**
     * Reads the bundled profile.
     *
     * @param environment the container's, which has the last word
     * @return the settings
     * @throws KubetunException if a variable is missing or makes no sense
     */
    public static AgentSettings of(Map<String, String> environment) throws KubetunException {
        try {
            Config bundled = bundled().getConfig("kubetun.agent");
            Map<String, String> set = bundled.root().keySet().stream()
                    .filter(key -> environment.containsKey(variable(key)))
                    .collect(Collectors.toMap(Function.identity(), key -> environment.get(variable(key))));
            return of(ConfigFactory.parseMap(set, "the container's environment").withFallback(bundled));
        } catch (ConfigException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "the agent cannot start",
                    String.valueOf(e.getMessage()),
                    "Set the variable KUBETUN_AGENT_... of the container right",
                    e);
        }
    }

    private static AgentSettings of(Config config) {
        AgentSettings settings = new AgentSettings(
                publicKey(config),
                number(config, "port", config.getString("port"), 65_535),
                number(config, "redirect", config.getString("redirect"), 65_535 - MAX_UDP),
                config.getString("tcp").equals("all")
                        ? new TakenPorts.All()
                        : new TakenPorts.Some(new TreeSet<>(ports(config, "tcp"))),
                List.copyOf(ports(config, "udp")),
                entrances(config),
                probes(config),
                addresses(config, "pod-ips"),
                addresses(config, "node-ips"),
                number(config, "max-flows", config.getString("max-flows"), 100_000),
                config.getString(IDLE).equals("never")
                        ? Optional.empty()
                        : Optional.of(Duration.ofSeconds(number(config, IDLE, config.getString(IDLE), MAX_IDLE))));
        if (settings.podIps().isEmpty()) {
            throw wrong(config, "pod-ips", "the pod's address is missing");
        }
        if (settings.udp().size() > MAX_UDP) {
            throw wrong(config, "udp", "there are more than " + MAX_UDP + " ports");
        }
        if (settings.tcp() instanceof TakenPorts.Some(var ports)
                && (ports.contains(settings.port()) || ports.contains(settings.redirect()))) {
            throw wrong(config, "tcp", "the agent listens on " + settings.port() + " and " + settings.redirect());
        }
        checkEntrances(config, settings);
        return settings;
    }

    private static void checkEntrances(Config config, AgentSettings settings) {
        Map<Integer, Integer> entrances = settings.entrances();
        if (entrances.isEmpty()) {
            return;
        }
        if (!settings.tcp().equals(new TakenPorts.Some(new TreeSet<>()))
                || !settings.udp().isEmpty()) {
            throw wrong(config, "entrances", "what rules redirect is named too");
        }
        if (entrances.size() > MAX_ENTRANCES) {
            throw wrong(config, "entrances", "there are more than " + MAX_ENTRANCES);
        }
        for (int own : List.of(settings.port(), settings.redirect())) {
            if (entrances.containsKey(own) || entrances.containsValue(own)) {
                throw wrong(config, "entrances", "the agent listens on " + own + " for itself");
            }
        }
        entrances.values().stream().filter(entrances::containsKey).findFirst().ifPresent(port -> {
            // It would lead to itself without end.
            throw wrong(config, "entrances", port + " is on both sides");
        });
    }

    private static Config bundled() {
        // By its own class: the configuration library does not see into this module.
        try (InputStream in = AgentSettings.class.getResourceAsStream("agent.conf");
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return ConfigFactory.parseReader(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String variable(String key) {
        return VARIABLE + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static ConfigException wrong(Config config, String key, String why) {
        return new ConfigException.BadValue(config.getValue(key).origin(), variable(key), why);
    }

    private static PublicKey publicKey(Config config) {
        try {
            byte[] encoded = Base64.getDecoder().decode(config.getString("key"));
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw wrong(config, "key", "it is no Ed25519 key, X.509 in base64");
        }
    }

    private static int number(Config config, String key, String text, int max) {
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(config, key, "\"" + text + "\" is no number");
        }
        throw wrong(config, key, text + " is not 1 to " + max);
    }

    private static List<String> words(Config config, String key, String separator) {
        return Stream.of(config.getString(key).split(separator, -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private static List<Integer> ports(Config config, String key) {
        return words(config, key, ",").stream()
                .map(each -> number(config, key, each, 65_535))
                .distinct()
                .toList();
    }

    private static Map<Integer, Integer> entrances(Config config) {
        Map<Integer, Integer> entrances = new LinkedHashMap<>();
        for (String each : words(config, "entrances", ",")) {
            String[] sides = each.split("=", -1);
            if (sides.length != 2) {
                throw wrong(config, "entrances", "\"" + each + "\" is not OWN=ORIGINAL");
            }
            entrances.put(number(config, "entrances", sides[0], 65_535), number(config, "entrances", sides[1], 65_535));
        }
        return Collections.unmodifiableMap(entrances);
    }

    private static List<Probe> probes(Config config) {
        List<Probe> probes = new ArrayList<>();
        for (String each : words(config, "probes", ";")) {
            probes.add(Probe.parse(each)
                    .orElseThrow(
                            () -> wrong(config, "probes", "\"" + each + "\" is neither http:PORT:PATH nor tcp:PORT")));
        }
        return List.copyOf(probes);
    }

    private static List<InetAddress> addresses(Config config, String key) {
        return words(config, key, ",").stream()
                .map(each -> Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(each))
                        .orElseThrow(() -> wrong(config, key, "\"" + each + "\" is no address")))
                .toList();
    }

    /** Where datagrams to a taken port are led. */
    int redirectOfUdp(int port) {
        return redirect + 1 + udp.indexOf(port);
    }

    /** Says whether rules lead traffic to it, or else Services. */
    boolean hasRules() {
        return entrances.isEmpty();
    }

    /** The paths by which probes of a port are known. */
    List<String> probePaths(int of) {
        return probes.stream()
                .filter(each -> each instanceof Probe.Http && each.port() == of)
                .map(each -> ((Probe.Http) each).path())
                .toList();
    }
}
