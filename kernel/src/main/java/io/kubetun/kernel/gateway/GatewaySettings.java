package io.kubetun.kernel.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a gateway does.
 *
 * @param port where links come in, on loopback; 0 for any
 * @param httpPort where health and metrics are told, on loopback; 0 for nowhere
 * @param drain how long flows may go on once it is told to end
 * @param maxFlows flows at the same time
 */
public record GatewaySettings(int port, int httpPort, Duration drain, int maxFlows) {
    /**
     * Reads the bundled profile.
     *
     * @param environment the container's, which has the last word
     * @return the settings
     * @throws KubetunException if a variable makes no sense
     */
    public static GatewaySettings of(Map<String, String> environment) throws KubetunException {
        try {
            Config bundled = bundled().getConfig("kubetun.gateway");
            Map<String, String> set = bundled.root().keySet().stream()
                    .filter(key -> environment.containsKey(variable(key)))
                    .collect(Collectors.toMap(Function.identity(), key -> environment.get(variable(key))));
            Config config =
                    ConfigFactory.parseMap(set, "the container's environment").withFallback(bundled);
            return new GatewaySettings(
                    range(config, "port", 65_535),
                    range(config, "http-port", 65_535),
                    config.getDuration("drain"),
                    range(config, "max-flows", 1_000_000));
        } catch (ConfigException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "the gateway cannot start",
                    String.valueOf(e.getMessage()),
                    "Set the variable KUBETUN_GATEWAY_... of the container right",
                    e);
        }
    }

    private static Config bundled() {
        // By its own class: the configuration library does not see into this module.
        try (InputStream in = GatewaySettings.class.getResourceAsStream("gateway.conf");
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return ConfigFactory.parseReader(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String variable(String key) {
        return "KUBETUN_GATEWAY_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static int range(Config config, String key, int max) {
        int value = config.getInt(key);
        if (value < 0 || value > max) {
            throw new ConfigException.BadValue(config.getValue(key).origin(), key, "it is not 0 to " + max);
        }
        return value;
    }

    LinkSettings links() {
        LinkSettings usual = LinkSettings.ofGateway();
        return new LinkSettings(
                usual.links(),
                usual.firstWindow(),
                usual.largestWindow(),
                usual.windowBudget(),
                usual.queueLimit(),
                maxFlows,
                usual.beat(),
                usual.missedBeats(),
                usual.dialLimit());
    }
}
