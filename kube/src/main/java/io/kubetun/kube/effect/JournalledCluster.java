package io.kubetun.kube.effect;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.auth.KubeApiServer;
import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.config.ConnectionLoader;
import io.kubetun.kube.portforward.ApiServer;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.portforward.PortForwarder;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a cluster was reached, as the journal keeps it. It holds no secret: who logged in by {@code --token} cannot be
 * again.
 *
 * @param data what the journal keeps, beside what the change itself writes there
 */
public record JournalledCluster(Map<String, String> data) {
    private static final String OPTIONS = "options";

    /** What of the environment says which kubeconfig counts. */
    private static final List<String> VARIABLES = List.of("KUBECONFIG", "HOME");

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Takes a copy. */
    public JournalledCluster {
        data = Map.copyOf(data);
    }

    /**
     * Notes how a cluster is reached.
     *
     * @param options the profile's block
     * @param variables the user's environment
     * @return what the journal may keep of it
     */
    public static JournalledCluster of(ClusterOptions options, Map<String, String> variables) {
        Map<String, String> data = new HashMap<>();
        data.put(OPTIONS, withoutSecrets(options.values()).root().render(ConfigRenderOptions.concise()));
        for (String variable : VARIABLES) {
            Optional.ofNullable(variables.get(variable)).ifPresent(value -> data.put("$" + variable, value));
        }
        return new JournalledCluster(data);
    }

    private static Config withoutSecrets(Config options) {
        Config known = options.withoutPath("token");
        boolean password =
                known.hasPath("proxy-url") && known.getString("proxy-url").contains("@");
        return password ? known.withoutPath("proxy-url") : known;
    }

    /**
     * Adds what a change writes.
     *
     * @param own the change's data
     * @return both
     */
    public Map<String, String> with(Map<String, String> own) {
        Map<String, String> all = new HashMap<>(data);
        all.putAll(own);
        return all;
    }

    /**
     * Reads a change's data.
     *
     * @param data all of it
     * @param what what the change is of, such as {@code a gateway}
     * @param needed what the change itself must have written
     * @return how its cluster was reached
     * @throws IllegalArgumentException if something is missing
     */
    public static JournalledCluster read(Map<String, String> data, String what, List<String> needed) {
        for (String name : needed) {
            require(data, what, name);
        }
        require(data, what, OPTIONS);
        return new JournalledCluster(data);
    }

    private static void require(Map<String, String> data, String what, String name) {
        if (!data.containsKey(name)) {
            throw new IllegalArgumentException("the journal does not say the " + name + " of " + what);
        }
    }

    /**
     * Takes a new way to the cluster. Connects to nothing yet.
     *
     * @return asks the API server, with little patience; to be closed
     * @throws KubetunException if the kubeconfig does not lead there any more
     */
    public ApiClient open() throws KubetunException {
        return new ApiClient(server(), PATIENCE);
    }

    /**
     * Takes a new way to the cluster and into its pods. Connects to nothing yet.
     *
     * @return both; to be closed
     * @throws KubetunException if the kubeconfig does not lead there any more
     */
    public WithPods openWithPods() throws KubetunException {
        ApiServer server = server();
        OwnLoops loops = new OwnLoops();
        return new WithPods(
                new ApiClient(server, PATIENCE),
                new PortForwarder(server, new ClusterEnvironment("", loops, new Unheard(), line -> {}, Map.of())),
                loops.eventLoops());
    }

    /**
     * A way to the cluster and into its pods.
     *
     * @param api asks the API server, with little patience
     * @param pods forwards ports to pods
     * @param loops what the forwards live on
     */
    public record WithPods(ApiClient api, PodDialer pods, EventLoopGroup loops) implements AutoCloseable {
        @Override
        public void close() {
            pods.close();
            api.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private ApiServer server() throws KubetunException {
        Map<String, String> variables = new HashMap<>(System.getenv());
        for (String variable : VARIABLES) {
            variables.remove(variable);
            Optional.ofNullable(data.get("$" + variable)).ifPresent(value -> variables.put(variable, value));
        }
        Connection connection = new ConnectionLoader(new ClusterOptions(options()), variables).load();
        try {
            return new KubeApiServer(connection, line -> {});
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.KUBECONFIG_INVALID,
                    "cannot use the certificates of the context " + connection.context(),
                    String.valueOf(e.getMessage()),
                    "See what the kubeconfig says: kubectl config view",
                    e);
        }
    }

    private Config options() {
        try {
            return ConfigFactory.parseString(data.get(OPTIONS));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("the journal's options of a cluster cannot be read", e);
        }
    }
}
