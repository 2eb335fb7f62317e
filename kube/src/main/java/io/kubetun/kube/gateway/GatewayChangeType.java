package io.kubetun.kube.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.auth.KubeApiServer;
import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.config.ConnectionLoader;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores leases of gateways from the journal. What is written there says how the cluster was reached, and holds no
 * secret: who logged in by {@code --token} cannot be again, and the lease then ends by itself.
 */
public final class GatewayChangeType implements EffectType {
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "name";
    private static final String HOLDER = "holder";
    private static final String OPTIONS = "options";

    /** What of the environment says which kubeconfig counts. */
    private static final List<String> VARIABLES = List.of("KUBECONFIG", "HOME");

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Makes the type. */
    public GatewayChangeType() {}

    static Map<String, String> data(
            GatewayObjects gateway, String holder, ClusterOptions options, Map<String, String> variables) {
        Map<String, String> data = new HashMap<>();
        data.put(NAMESPACE, gateway.namespace());
        data.put(NAME, gateway.name());
        data.put(HOLDER, holder);
        data.put(OPTIONS, withoutSecrets(options.values()).root().render(ConfigRenderOptions.concise()));
        for (String variable : VARIABLES) {
            Optional.ofNullable(variables.get(variable)).ifPresent(value -> data.put("$" + variable, value));
        }
        return data;
    }

    private static Config withoutSecrets(Config options) {
        Config known = options.withoutPath("token");
        boolean password =
                known.hasPath("proxy-url") && known.getString("proxy-url").contains("@");
        return password ? known.withoutPath("proxy-url") : known;
    }

    @Override
    public String kind() {
        return GatewayChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        for (String needed : List.of(NAMESPACE, NAME, HOLDER, OPTIONS)) {
            if (!data.containsKey(needed)) {
                throw new IllegalArgumentException("the journal does not say the " + needed + " of a gateway");
            }
        }
        return new GatewayChange(key, "the gateway " + key, data, () -> lease(data));
    }

    private static GatewayLease lease(Map<String, String> data) throws KubetunException {
        Map<String, String> variables = new HashMap<>(System.getenv());
        for (String variable : VARIABLES) {
            variables.remove(variable);
            Optional.ofNullable(data.get("$" + variable)).ifPresent(value -> variables.put(variable, value));
        }
        Connection connection = new ConnectionLoader(new ClusterOptions(options(data)), variables).load();
        try {
            ApiClient api = new ApiClient(new KubeApiServer(connection, line -> {}), PATIENCE);
            GatewayObjects objects =
                    new GatewayObjects(api, data.get(NAMESPACE), data.get(NAME), InstantSource.system());
            GatewayManifest nothing =
                    new GatewayManifest(data.get(NAMESPACE), data.get(NAME), "", "", Optional.empty());
            return new GatewayLease(objects, data.get(HOLDER), nothing, false, api::close);
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.KUBECONFIG_INVALID,
                    "cannot use the certificates of the context " + connection.context(),
                    String.valueOf(e.getMessage()),
                    "See what the kubeconfig says: kubectl config view",
                    e);
        }
    }

    private static Config options(Map<String, String> data) {
        try {
            return ConfigFactory.parseString(data.get(OPTIONS));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("the journal's options of a cluster cannot be read", e);
        }
    }
}
