package io.kubetun.kube.config;

import com.typesafe.config.Config;
import io.kubetun.kube.portforward.WireFormat;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A profile's {@code cluster} block: kubectl's global flags.
 *
 * @param values the block
 * @see <a href="https://kubernetes.io/docs/reference/kubectl/kubectl/">kubectl's options</a>
 */
public record ClusterOptions(Config values) {
    /** The options, with kubectl's spelling. */
    public static final List<Option> ALL = List.of(
            Option.of(
                    "kubeconfig",
                    ModeDescriptor.Type.FILE,
                    "the kubeconfig file, instead of $KUBECONFIG and ~/.kube/config",
                    flag("kubeconfig")),
            Option.of("context", ModeDescriptor.Type.TEXT, "the kubeconfig's context to use", flag("context")),
            Option.of("cluster", ModeDescriptor.Type.TEXT, "the kubeconfig's cluster to use", flag("cluster")),
            Option.of("user", ModeDescriptor.Type.TEXT, "the kubeconfig's user to be", flag("user")),
            Option.of(
                    "namespace",
                    ModeDescriptor.Type.TEXT,
                    "the active namespace, where short names are looked up",
                    flag("namespace"),
                    "-n"),
            Option.of("server", ModeDescriptor.Type.TEXT, "the URL of the API server", flag("server"), "-s"),
            Option.of("token", ModeDescriptor.Type.TEXT, "a bearer token for the API server", flag("token")),
            Option.of("as", ModeDescriptor.Type.TEXT, "the user to impersonate", flag("as")),
            Option.of("as-group", ModeDescriptor.Type.LIST, "groups to impersonate", flag("as-group")),
            Option.of("as-uid", ModeDescriptor.Type.TEXT, "the UID to impersonate", flag("as-uid")),
            Option.of(
                    "certificate-authority",
                    ModeDescriptor.Type.FILE,
                    "the certificates that the API server's must lead to",
                    flag("certificate-authority")),
            Option.of(
                    "client-certificate",
                    ModeDescriptor.Type.FILE,
                    "the user's certificate",
                    flag("client-certificate")),
            Option.of("client-key", ModeDescriptor.Type.FILE, "the key of the user's certificate", flag("client-key")),
            Option.of(
                    "insecure-skip-tls-verify",
                    ModeDescriptor.Type.FLAG,
                    "do not check the API server's certificate: anyone may then listen",
                    flag("insecure-skip-tls-verify")),
            Option.of(
                    "tls-server-name",
                    ModeDescriptor.Type.TEXT,
                    "the name that the API server's certificate must have",
                    flag("tls-server-name")),
            Option.of(
                    "proxy-url",
                    ModeDescriptor.Type.TEXT,
                    "the proxy in front of the API server: http://host:port or socks5://host:port",
                    flag("proxy-url")),
            Option.of(
                            "request-timeout",
                            ModeDescriptor.Type.DURATION,
                            "how long one request to the API server may take; 0 for no limit",
                            flag("request-timeout"))
                    .orElse("30s"),
            Option.of(
                            "cluster-domain",
                            ModeDescriptor.Type.TEXT,
                            "the DNS domain of the cluster",
                            flag("cluster-domain"))
                    .orElse("cluster.local"),
            Option.of(
                            "port-forward-format",
                            ModeDescriptor.Type.TEXT,
                            "how flows cross the API server: auto, spdy, websocket or channels",
                            flag("port-forward-format"))
                    .orElse("auto"),
            Option.of(
                            "gateway",
                            ModeDescriptor.Type.TEXT,
                            "auto: deploy a gateway, or share the one that is there; none; or one's name",
                            flag("gateway"))
                    .orElse("none"),
            Option.of(
                    "gateway-namespace",
                    ModeDescriptor.Type.TEXT,
                    "where the gateway is, if not in the active namespace",
                    flag("gateway-namespace")),
            Option.of(
                    "image",
                    ModeDescriptor.Type.TEXT,
                    "the image of gateway and agents, if not this version's",
                    flag("image")),
            Option.of(
                    "image-pull-secret",
                    ModeDescriptor.Type.TEXT,
                    "the Secret that this image is pulled with",
                    flag("image-pull-secret")));

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private static String flag(String key) {
        return "--" + key;
    }

    /**
     * Returns a text.
     *
     * @param key its key
     * @return the text, empty if it is not set
     */
    public Optional<String> text(String key) {
        return values.hasPath(key)
                ? Optional.of(values.getString(key)).filter(text -> !text.isBlank())
                : Optional.empty();
    }

    /**
     * Returns a file.
     *
     * @param key its key
     * @return its absolute path, empty if it is not set
     */
    public Optional<Path> file(String key) {
        return text(key).map(text -> Path.of(text).toAbsolutePath().normalize());
    }

    /**
     * Returns texts.
     *
     * @param key their key
     * @return the texts, none if it is not set
     */
    public List<String> texts(String key) {
        return values.hasPath(key) ? values.getStringList(key) : List.of();
    }

    /**
     * Returns a flag.
     *
     * @param key its key
     * @return whether it is set
     */
    public boolean flagSet(String key) {
        return values.hasPath(key) && values.getBoolean(key);
    }

    /**
     * Returns how long one request may take.
     *
     * @return the time; zero for no limit
     */
    public Duration requestTimeout() {
        return values.hasPath("request-timeout") ? values.getDuration("request-timeout") : REQUEST_TIMEOUT;
    }

    /**
     * Returns the wire format that alone shall be used.
     *
     * @return the format, empty to find out what works
     * @throws KubetunException if there is none of that name
     */
    public Optional<WireFormat> portForwardFormat() throws KubetunException {
        String name = text("port-forward-format").orElse("auto");
        return switch (name) {
            case "auto" -> Optional.empty();
            case "spdy" -> Optional.of(WireFormat.SPDY);
            case "websocket" -> Optional.of(WireFormat.SPDY_IN_WEBSOCKET);
            case "channels" -> Optional.of(WireFormat.WEBSOCKET_CHANNELS);
            default ->
                throw new KubetunException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot forward in the format '" + name + "'",
                        "there is no such format",
                        "Use --port-forward-format auto, spdy, websocket or channels");
        };
    }

    /**
     * Returns the cluster's DNS domain.
     *
     * @return the domain without dots around it
     */
    public String clusterDomain() {
        return text("cluster-domain").orElse("cluster.local").replaceAll("^\\.+|\\.+$", "");
    }
}
