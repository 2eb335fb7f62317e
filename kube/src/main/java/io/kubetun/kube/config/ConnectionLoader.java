package io.kubetun.kube.config;

import io.kubetun.kube.config.Kubeconfig.Entry;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out which API server to talk to and as whom, by kubectl's rules: flags, then the kubeconfig, then the pod's
 * service account. It never falls back silently: what is named and not there is an error.
 */
public final class ConnectionLoader {
    private final ClusterOptions options;
    private final Map<String, String> environment;
    private final Path serviceAccount;

    /**
     * Makes a loader.
     *
     * @param options the profile's cluster block
     * @param environment the environment
     */
    public ConnectionLoader(ClusterOptions options, Map<String, String> environment) {
        this(options, environment, ServiceAccount.MOUNT);
    }

    ConnectionLoader(ClusterOptions options, Map<String, String> environment, Path serviceAccount) {
        this.options = options;
        this.environment = Map.copyOf(environment);
        this.serviceAccount = serviceAccount;
    }

    /**
     * Reads the files. Blocks on the disk only.
     *
     * @return the connection
     * @throws KubetunException with KUBECONFIG_MISSING, KUBECONFIG_INVALID, CONTEXT_UNKNOWN or CONFIG_INVALID
     */
    public Connection load() throws KubetunException {
        List<Path> files = KubeconfigFiles.find(options.file("kubeconfig"), environment);
        Kubeconfig kubeconfig = Kubeconfig.read(files);
        boolean named = options.text("context").isPresent()
                || options.text("cluster").isPresent()
                || options.text("user").isPresent();
        if (kubeconfig.clusters().isEmpty() && !named) {
            if (options.text("server").isPresent()) {
                return fromFlags();
            }
            Optional<ServiceAccount> account = ServiceAccount.find(environment, serviceAccount);
            if (account.isPresent()) {
                return fromServiceAccount(account.get());
            }
        }
        if (files.isEmpty()) {
            throw KubeconfigFiles.missing(
                    "there is no " + KubeconfigFiles.usual(environment)
                            + ", KUBECONFIG is not set, and this is no pod with a service account",
                    "Get a kubeconfig from your cluster's provider, or name one: --kubeconfig FILE");
        }
        return fromKubeconfig(kubeconfig);
    }

    private Connection fromFlags() throws KubetunException {
        URI server = server(options.text("server").orElseThrow());
        return finish(server.getHost(), server, "default", Optional.empty(), Optional.empty());
    }

    private Connection fromServiceAccount(ServiceAccount account) throws KubetunException {
        Connection base =
                finish("in-cluster", account.server(), account.namespace(), Optional.empty(), Optional.empty());
        Login.Method method = base.login().method() instanceof Login.None
                ? new Login.TokenFile(account.token())
                : base.login().method();
        Login login = new Login(
                method,
                base.login().certificate(),
                base.login().key(),
                base.login().impersonation());
        Optional<PemSource> authority = base.authority().or(() -> Optional.of(new PemSource.File(account.authority())));
        return new Connection(
                base.context(),
                base.server(),
                base.namespace(),
                authority,
                base.insecure(),
                base.tlsServerName(),
                base.proxy(),
                login,
                base.requestTimeout(),
                base.clusterDomain());
    }

    private Connection fromKubeconfig(Kubeconfig kubeconfig) throws KubetunException {
        Optional<String> name = options.text("context").or(kubeconfig::currentContext);
        Tree context = Tree.MISSING;
        if (name.isPresent()) {
            context = find("context", name.get(), kubeconfig.contexts(), "kubectl config get-contexts")
                    .body();
        } else if (options.text("cluster").isEmpty() && options.text("server").isEmpty()) {
            throw new KubetunException(
                    ErrorCode.CONTEXT_UNKNOWN,
                    "cannot find out which cluster to join",
                    "the kubeconfig has no current context" + known(kubeconfig.contexts()),
                    "Choose one: kubectl config use-context NAME, or say --context NAME");
        }
        Optional<String> clusterName = options.text("cluster").or(context.at("cluster")::text);
        Optional<String> userName = options.text("user").or(context.at("user")::text);
        Optional<Entry> cluster = Optional.empty();
        if (clusterName.isPresent()) {
            cluster = Optional.of(
                    find("cluster", clusterName.get(), kubeconfig.clusters(), "kubectl config get-clusters"));
        }
        Optional<Entry> user = Optional.empty();
        if (userName.isPresent()) {
            user = Optional.of(find("user", userName.get(), kubeconfig.users(), "kubectl config get-users"));
        }
        Optional<String> address = options.text("server");
        if (address.isEmpty() && cluster.isPresent()) {
            address = cluster.get().body().at("server").text();
        }
        Path file = cluster.map(Entry::file).orElse(kubeconfig.files().getFirst());
        URI server = server(address.orElseThrow(() -> Kubeconfig.invalid(
                file,
                clusterName
                        .map(c -> "the cluster " + c + " has no server")
                        .orElse("the context " + name.orElse("") + " names no cluster"),
                null)));
        return finish(
                name.orElse(server.getHost()),
                server,
                context.at("namespace").text().orElse("default"),
                cluster,
                user);
    }

    private Connection finish(
            String context, URI server, String namespace, Optional<Entry> cluster, Optional<Entry> user)
            throws KubetunException {
        TrustReader trust = new TrustReader(options, cluster);
        Login login = new LoginReader(options, user, cluster, server, environment).read();
        return new Connection(
                context,
                server,
                options.text("namespace").orElse(namespace),
                trust.authority(),
                trust.insecure(),
                trust.tlsServerName(),
                proxy(server, cluster),
                login,
                options.requestTimeout(),
                options.clusterDomain());
    }

    private Optional<URI> proxy(URI server, Optional<Entry> cluster) throws KubetunException {
        Optional<String> named = options.text("proxy-url")
                .or(() -> cluster.flatMap(entry -> entry.body().at("proxy-url").text()));
        try {
            return named.isPresent()
                    ? Optional.of(ProxyRules.parse(named.get()))
                    : new ProxyRules(environment).proxyFor(server);
        } catch (URISyntaxException e) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use the proxy in front of the API server",
                    e.getReason(),
                    "Correct --proxy-url, the kubeconfig's proxy-url or HTTPS_PROXY",
                    e);
        }
    }

    private static URI server(String text) throws KubetunException {
        try {
            URI server = new URI(text.contains("://") ? text : "https://" + text);
            if (server.getHost() != null && String.valueOf(server.getScheme()).matches("https?")) {
                return server;
            }
        } catch (URISyntaxException e) {
            // told below, like an address without a host
        }
        throw new KubetunException(
                ErrorCode.KUBECONFIG_INVALID,
                "cannot use the API server's address " + text,
                "it is not of the form https://host:port",
                "Correct --server or the kubeconfig: kubectl config set-cluster NAME --server=https://HOST:6443");
    }

    private static Entry find(String kind, String name, Map<String, Entry> among, String next) throws KubetunException {
        Entry entry = among.get(name);
        if (entry == null) {
            throw new KubetunException(
                    ErrorCode.CONTEXT_UNKNOWN,
                    "cannot use the " + kind + " " + name,
                    "the kubeconfig has no " + kind + " of that name" + known(among),
                    "See them: " + next);
        }
        return entry;
    }

    private static String known(Map<String, Entry> among) {
        return among.isEmpty() ? ", nor any other" : ", only " + String.join(", ", among.keySet());
    }
}
