package io.kubetun.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kubetun.testkit.api.Accounts;
import io.kubetun.testkit.api.ApiServer;
import io.kubetun.testkit.api.Backend;
import io.kubetun.testkit.api.RequestLog;
import io.kubetun.testkit.api.Rule;
import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.pod.ContainerProgram;
import io.kubetun.testkit.pod.PodSetup;
import io.kubetun.testkit.runtime.PodTable;
import io.kubetun.testkit.store.Admission;
import io.kubetun.testkit.store.Change;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.Selector;
import io.kubetun.testkit.store.SliceController;
import io.kubetun.testkit.stream.Streams;
import io.kubetun.testkit.tls.CertificateAuthority;
import io.kubetun.testkit.tls.Pem;
import io.kubetun.testkit.tls.ServerTls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A Kubernetes cluster in this process: a real API server on loopback as far as the wire tells, with pods that are
 * small servers. Thread-safe. Nothing of it outlives {@link #close}.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final String ADMIN = "testkit-admin";

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            LOOPS, new DefaultThreadFactory("testkit", true), NioIoHandler.newFactory());
    private final ActiveFaults faults = new ActiveFaults();
    private final ObjectStore store = new ObjectStore();
    private final PodTable pods = new PodTable();
    private final Streams streams = new Streams(faults);
    private final RequestLog requests = new RequestLog();
    private final Map<String, EmbeddedUser> users = new ConcurrentHashMap<>();
    private final Optional<CertificateAuthority> authority;
    private final PodLauncher launcher;
    private final DeploymentController deployments;
    private final EphemeralRunner ephemeral;
    private final Accounts accounts;
    private final ApiServer server;
    private final KubeconfigWriter kubeconfigs;

    private EmbeddedCluster(Builder settings) throws IOException {
        Admission admission = new Admission(store);
        try {
            authority = settings.tls ? Optional.of(new CertificateAuthority()) : Optional.empty();
            Optional<ServerTls> tls =
                    authority.isPresent() ? Optional.of(new ServerTls(authority.get())) : Optional.empty();
            accounts = new Accounts(faults, tls);
            launcher = new PodLauncher(store, admission, pods, loops);
            server = new ApiServer(
                    settings.port,
                    new Backend(settings.version, store, admission, pods, accounts, faults, streams, requests),
                    tls,
                    loops);
            store.follow(0, new SliceController(store));
            store.follow(0, this::stopDeleted);
            deployments = new DeploymentController(launcher);
            store.follow(0, deployments);
            ephemeral = new EphemeralRunner(store, pods);
            store.follow(0, ephemeral);
            namespace("default");
            namespace("kube-system");
            accounts.account(ADMIN).allow(Rule.ALL);
            server.listen();
        } catch (IOException | GeneralSecurityException | RuntimeException failure) {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException("cannot start the embedded cluster: " + failure.getMessage(), failure);
        }
        kubeconfigs = new KubeconfigWriter(url(), authority);
    }

    private void stopDeleted(Change change) {
        if (change.action() == Change.Action.DELETED && change.object().type().equals(ResourceType.PODS)) {
            pods.remove(change.object().namespace(), change.object().name());
        }
    }

    /**
     * Starts a cluster with TLS on a free port.
     *
     * @return the running cluster
     * @throws IOException if loopback cannot be listened on
     */
    public static EmbeddedCluster start() throws IOException {
        return builder().start();
    }

    /**
     * Describes a cluster.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the API server's address.
     *
     * @return {@code https://127.0.0.1:port}, or {@code http}
     */
    public URI url() {
        return URI.create((authority.isPresent() ? "https" : "http") + "://127.0.0.1:" + server.port());
    }

    /**
     * Returns the certificate that signs the server's.
     *
     * @return PEM text; empty without TLS
     */
    public Optional<String> caCertificate() {
        try {
            return authority.isPresent() ? Optional.of(Pem.of(authority.get().certificate())) : Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Finds a namespace, or creates it.
     *
     * @param name its name
     * @return the namespace
     */
    public EmbeddedNamespace namespace(String name) {
        store.atomically(() -> {
            if (store.find(ResourceType.NAMESPACES, "", name).isEmpty()) {
                ObjectNode json = Json.object();
                json.putObject("metadata").put("name", name);
                launcher.admission().create(ResourceType.NAMESPACES, json);
            }
        });
        return new EmbeddedNamespace(launcher, name);
    }

    /**
     * Creates or replaces any object, as {@code kubectl apply} does.
     *
     * @param object of a type that this cluster keeps
     * @throws IllegalArgumentException if it is of another type
     */
    public void apply(HasMetadata object) {
        ResourceType type = type(object);
        ObjectNode json = Json.tree(object);
        store.atomically(() -> {
            String namespace = json.path("metadata").path("namespace").asText("");
            String name = json.path("metadata").path("name").asText("");
            if (store.find(type, namespace, name).isPresent()) {
                store.update(type, json);
            } else {
                launcher.admission().create(type, json);
            }
        });
    }

    /**
     * Removes any object.
     *
     * @param object its type, namespace and name are looked at
     * @throws IllegalArgumentException if it is of a type that this cluster does not keep
     */
    public void delete(HasMetadata object) {
        String namespace =
                Optional.ofNullable(object.getMetadata().getNamespace()).orElse("");
        store.delete(type(object), namespace, object.getMetadata().getName());
    }

    private static ResourceType type(HasMetadata object) {
        return ResourceType.ofKind(object.getApiVersion(), object.getKind())
                .orElseThrow(() -> new IllegalArgumentException(
                        "the testkit does not keep " + object.getApiVersion() + " " + object.getKind()));
    }

    /**
     * Makes an image known: from now on Deployments have pods, and a pod of this image serves what is said here. A pod of
     * an image that is not known waits for it for ever.
     *
     * @param name the image's name, as in a pod's container
     * @param setup says what each pod of it serves
     */
    public void image(String name, Consumer<PodSetup> setup) {
        deployments.image(name, setup);
    }

    /**
     * Says what an image does in an ephemeral container. One of another image waits for it for ever.
     *
     * @param image the image's name
     * @param program started in each
     */
    public void program(String image, ContainerProgram program) {
        ephemeral.program(image, program);
    }

    /**
     * Counts objects.
     *
     * @param kind such as {@code Deployment}
     * @param namespace where
     * @return how many there are
     * @throws IllegalArgumentException if this cluster keeps no such kind
     */
    public int count(String kind, String namespace) {
        return store.list(type(kind), namespace).objects().size();
    }

    /**
     * Finds an object.
     *
     * @param kind such as {@code Deployment}
     * @param namespace where
     * @param name its name
     * @return a copy, empty if it is not there
     * @throws IllegalArgumentException if this cluster keeps no such kind
     */
    public Optional<GenericKubernetesResource> find(String kind, String namespace, String name) {
        return store.find(type(kind), namespace, name).map(found -> Json.as(found.copy()));
    }

    /**
     * Removes objects, as {@code kubectl delete -l} does.
     *
     * @param kind such as {@code Pod}
     * @param namespace where
     * @param labelSelector which
     * @throws IllegalArgumentException if this cluster keeps no such kind
     */
    public void deleteAll(String kind, String namespace, String labelSelector) {
        Predicate<JsonNode> selected = Selector.labels(labelSelector);
        store.list(type(kind), namespace).objects().stream()
                .filter(object -> selected.test(object.json()))
                .forEach(object -> store.delete(object.type(), object.namespace(), object.name()));
    }

    private static ResourceType type(String kind) {
        return ResourceType.ALL.stream()
                .filter(each -> each.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the testkit does not keep " + kind));
    }

    /**
     * Finds a user, or adds one who may do nothing.
     *
     * @param name the user's name
     * @return the user
     */
    public EmbeddedUser user(String name) {
        return users.computeIfAbsent(name, key -> new EmbeddedUser(accounts.account(key), kubeconfigs));
    }

    /**
     * Returns the user who may do everything.
     *
     * @return the administrator
     */
    public EmbeddedUser admin() {
        return user(ADMIN);
    }

    /**
     * Writes a kubeconfig of the administrator: a token, namespace {@code default}.
     *
     * @param file where to; replaced if it is there
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path kubeconfig(Path file) throws IOException {
        return admin().kubeconfig(file, Credentials.TOKEN, "default");
    }

    /**
     * Puts a fault in force.
     *
     * @param fault what goes wrong
     * @return withdraws it
     */
    public Injection inject(Fault fault) {
        Runnable withdraw = faults.inject(fault);
        if (fault instanceof Fault.Gone) {
            server.expireWatches();
        }
        AtomicBoolean withdrawn = new AtomicBoolean();
        return () -> {
            if (!withdrawn.getAndSet(true)) {
                withdraw.run();
            }
        };
    }

    /** Stops the API server: its connections are closed, new ones refused. Pods go on. Blocks until done. */
    public void stopServer() {
        server.stop();
    }

    /**
     * Starts the API server again, on the port that it had.
     *
     * @throws IOException if it was not stopped
     */
    public void startServer() throws IOException {
        server.listen();
    }

    /**
     * Counts the requests so far.
     *
     * @param verb RBAC's: {@code get}, {@code list}, {@code watch}, {@code create} …
     * @param resource the plural, with the subresource: {@code pods/portforward}
     * @return the count, refused ones included
     */
    public long requests(String verb, String resource) {
        return requests.count(verb, resource);
    }

    /**
     * Returns the port-forward connections that are open now.
     *
     * @return one element a connection
     */
    public List<PortForwardConnection> portForwards() {
        return streams.open().stream()
                .map(open -> new PortForwardConnection(open.namespace(), open.pod(), open.format()))
                .toList();
    }

    /** Stops server and pods. */
    @Override
    public void close() {
        server.close();
        deployments.close();
        ephemeral.close();
        pods.clear();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Describes a cluster before it is started. */
    public static final class Builder {
        private boolean tls = true;
        private int port;
        private String version = "v1.34.4";

        private Builder() {}

        /**
         * Serves plain HTTP instead of TLS.
         *
         * @return this
         */
        public Builder plainHttp() {
            tls = false;
            return this;
        }

        /**
         * Sets the API server's port.
         *
         * @param number 0, the default, takes a free one
         * @return this
         */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /**
         * Sets the server's version. From v1.35 on a port-forward by GET needs {@code create}, too.
         *
         * @param gitVersion such as {@code v1.34.4}
         * @return this
         * @throws IllegalArgumentException if it does not look so
         */
        public Builder serverVersion(String gitVersion) {
            if (!gitVersion.matches("v1\\.\\d+\\.\\d+")) {
                throw new IllegalArgumentException("not a version like v1.34.4: " + gitVersion);
            }
            version = gitVersion;
            return this;
        }

        /**
         * Starts it.
         *
         * @return the running cluster
         * @throws IOException if the port cannot be listened on
         */
        public EmbeddedCluster start() throws IOException {
            return new EmbeddedCluster(this);
        }
    }
}
