package io.kubetun.kube.catalog;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.Store.Change;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.spi.Progress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * What the cluster holds. Namespaces in use are watched, kind by kind, from the first question on; other questions are
 * asked one by one and remembered for a moment. A namespace comes into use when something in it was found, so that names
 * that are none of the cluster start nothing. Thread-safe.
 */
public final class Catalog implements ClusterView, AutoCloseable {
    /** What lies in further namespaces is asked for one by one. */
    static final int MAX_NAMESPACES = 256;

    private static final Duration SYNC_LIMIT = Duration.ofSeconds(8);
    private static final Duration LOAD_LIMIT = Duration.ofSeconds(20);

    private final String activeNamespace;
    private final ApiClient api;
    private final ServerHealth health;
    private final Progress progress;
    private final CatalogListener listener;
    private final Lookups lookups;
    private final Reflectors<ServiceRecord> services;
    private final Reflectors<SliceRecord> slices;
    private final Reflectors<PodRecord> pods;
    private final Reflector<NamespaceRecord> namespaces;
    private final AtomicBoolean namespacesWanted = new AtomicBoolean();
    private final AnswerCache<List<SliceRecord>> sliceAtAnswers = new AnswerCache<>();
    private final AnswerCache<NamespaceRecord> namespaceAnswers = new AnswerCache<>();
    private final AnswerCache<ServiceRecord> serviceAnswers = new AnswerCache<>();
    private final AnswerCache<List<SliceRecord>> sliceAnswers = new AnswerCache<>();
    private final AnswerCache<PodRecord> podAnswers = new AnswerCache<>();
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final Set<String> saidDenials = ConcurrentHashMap.newKeySet();
    private final Map<Query, CompletableFuture<Void>> loading = new ConcurrentHashMap<>();

    /**
     * Makes a catalog; asks nothing yet.
     *
     * @param api the API server
     * @param activeNamespace the namespace that is in use from the start
     * @param health told whether the server answers
     * @param progress told once of each missing permission
     * @param listener told of changes
     */
    public Catalog(
            ApiClient api, String activeNamespace, ServerHealth health, Progress progress, CatalogListener listener) {
        this.api = api;
        this.activeNamespace = activeNamespace;
        this.health = health;
        this.progress = progress;
        this.listener = listener;
        this.lookups = new Lookups(api, health);
        this.inUse.add(activeNamespace);
        this.services = new Reflectors<>(namespace -> reflector(Resource.SERVICES, Scope.of(namespace)));
        this.slices = new Reflectors<>(namespace -> {
            Reflector<SliceRecord> reflector = reflector(Resource.SLICES, Scope.of(namespace));
            reflector.listen(change -> slicesChanged(reflector, change));
            return reflector;
        });
        // Namespaces can do without: nobody is told that they may not be listed.
        this.namespaces = new Reflector<>(api, Resource.NAMESPACES, Scope.of(""), health, permission -> {});
        this.pods = new Reflectors<>(namespace -> {
            Reflector<PodRecord> reflector = reflector(Resource.PODS, Scope.of(namespace));
            reflector.listen(this::podChanged);
            return reflector;
        });
    }

    /** Starts to watch the active namespace, so that the first name is there when it is wanted. */
    public void warmUp() {
        services.ensure(activeNamespace);
        slices.ensure(activeNamespace);
    }

    /** Watches from now on which namespaces there are, if this user may. Names that lead to none then cost no question. */
    public void watchNamespaces() {
        if (namespacesWanted.compareAndSet(false, true)) {
            namespaces.start();
        }
    }

    /** Notes that the API server was reached by another way: what waits for its return tries at once. */
    public void reached() {
        if (health.trouble().isPresent()) {
            health.nudge();
        }
    }

    /**
     * Watches the pods of a namespace from now on: there are flows to them.
     *
     * @param namespace the namespace
     */
    public void watchPods(String namespace) {
        if (inUse.contains(namespace)) {
            pods.ensure(namespace);
        }
    }

    @Override
    public Answer<ServiceRecord> service(ObjectKey key) {
        return services.synced(key.namespace())
                .map(store -> found(store.get(key)))
                .orElseGet(() -> serviceAnswers.get(new Query.ServiceNamed(key)));
    }

    @Override
    public Answer<List<SliceRecord>> slices(ObjectKey service) {
        return slices.synced(service.namespace())
                .<Answer<List<SliceRecord>>>map(store -> new Answer.Found<>(store.find(service)))
                .orElseGet(() -> sliceAnswers.get(new Query.SlicesOf(service)));
    }

    @Override
    public Answer<PodRecord> pod(ObjectKey key) {
        return pods.synced(key.namespace())
                .map(store -> found(store.get(key)))
                .orElseGet(() -> podAnswers.get(new Query.PodNamed(key)));
    }

    @Override
    public Answer<ServiceRecord> serviceAt(InetAddress address) {
        Optional<ServiceRecord> watched = services.find(address).findFirst();
        return watched.isPresent() || services.allSynced()
                ? found(watched)
                : serviceAnswers.get(new Query.ServiceAt(address));
    }

    @Override
    public Answer<PodRecord> podAt(InetAddress address) {
        Optional<PodRecord> watched = pods.find(address).findFirst().or(() -> endpointPod(address));
        return watched.isPresent() || pods.allSynced() ? found(watched) : podAnswers.get(new Query.PodAt(address));
    }

    @Override
    public Answer<List<SliceRecord>> slicesAt(InetAddress address) {
        List<SliceRecord> watched = slices.find(address).toList();
        return !watched.isEmpty() || slices.allSynced()
                ? new Answer.Found<>(watched)
                : sliceAtAnswers.get(new Query.SlicesAt(address));
    }

    @Override
    public Answer<NamespaceRecord> namespace(String name) {
        if (namespaces.synced()) {
            return found(namespaces.store().get(new ObjectKey("", name)));
        }
        return inUse.contains(name)
                ? new Answer.Found<>(new NamespaceRecord(name))
                : namespaceAnswers.get(new Query.NamespaceNamed(name));
    }

    /** A pod that is an endpoint of something is known before pods are watched. */
    private Optional<PodRecord> endpointPod(InetAddress address) {
        return slices.find(address)
                .flatMap(slice -> slice.endpoints().stream()
                        .filter(endpoint -> endpoint.address().equals(address))
                        .flatMap(endpoint -> endpoint.pod().stream()
                                .map(pod -> new PodRecord(
                                        slice.namespace(),
                                        pod,
                                        "",
                                        "Running",
                                        endpoint.terminating(),
                                        List.of(address),
                                        Optional.empty()))))
                .findFirst();
    }

    /**
     * Looks something up, so that the view has an answer afterwards. Blocks, for a bounded time.
     *
     * @param query what
     * @throws InterruptedException if interrupted meanwhile
     */
    public void load(Query query) throws InterruptedException {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> other = loading.putIfAbsent(query, mine);
        if (other == null) {
            try {
                lookUp(query);
            } finally {
                loading.remove(query);
                mine.complete(null);
            }
            return;
        }
        try {
            other.get(LOAD_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // the view then still has no answer, and who asks gives up
        }
    }

    private void lookUp(Query query) throws InterruptedException {
        health.nudge();
        switch (query) {
            case Query.ServiceNamed(ObjectKey key) -> {
                if (!watched(services, key.namespace(), () -> slices.ensure(key.namespace()))) {
                    serviceAnswers.put(query, use(lookups.service(key), key.namespace()));
                }
            }
            case Query.SlicesOf(ObjectKey key) -> {
                if (!watched(slices, key.namespace(), () -> {})) {
                    sliceAnswers.put(query, lookups.slices(key));
                }
            }
            case Query.PodNamed(ObjectKey key) -> {
                if (!watched(pods, key.namespace(), () -> {})) {
                    podAnswers.put(query, use(lookups.pod(key), key.namespace()));
                }
            }
            case Query.ServiceAt(InetAddress address) -> {
                watched(services, activeNamespace, () -> slices.ensure(activeNamespace));
                if (serviceAt(address) instanceof Answer.Unasked<ServiceRecord>) {
                    Answer<ServiceRecord> answer = lookups.serviceAt(address);
                    serviceAnswers.put(query, answer);
                    inUse(answer);
                }
            }
            case Query.PodAt(InetAddress address) -> {
                watched(pods, activeNamespace, () -> {});
                if (podAt(address) instanceof Answer.Unasked<PodRecord>) {
                    Answer<PodRecord> answer = lookups.podAt(address);
                    podAnswers.put(query, answer);
                    inUse(answer);
                }
            }
            case Query.SlicesAt(InetAddress address) -> {
                watched(slices, activeNamespace, () -> {});
                if (slicesAt(address) instanceof Answer.Unasked<List<SliceRecord>>) {
                    sliceAtAnswers.put(query, slicesOfPodAt(address));
                }
            }
            case Query.NamespaceNamed(String name) -> namespaceAnswers.put(query, lookups.namespace(name));
        }
    }

    /** Slices cannot be selected by an address, but the pod can, and is in their namespace. */
    private Answer<List<SliceRecord>> slicesOfPodAt(InetAddress address) throws InterruptedException {
        Answer<PodRecord> pod = lookups.podAt(address);
        if (pod instanceof Answer.Found<PodRecord>(PodRecord value)) {
            use(value.namespace());
            watched(slices, value.namespace(), () -> {});
        }
        return pod instanceof Answer.Unreachable<PodRecord>(String why)
                ? new Answer.Unreachable<>(why)
                : new Answer.Found<>(slices.find(address).toList());
    }

    /** Waits for the first list where the namespace is in use; false if it must be asked one by one. */
    private <R extends Stored> boolean watched(Reflectors<R> kind, String namespace, Runnable also)
            throws InterruptedException {
        if (!inUse.contains(namespace) && !kind.allSynced()) {
            return false;
        }
        Reflector<R> reflector = kind.ensure(namespace);
        also.run();
        return reflector.await(SYNC_LIMIT);
    }

    private <R extends Stored> Answer<R> use(Answer<R> answer, String namespace) {
        if (answer instanceof Answer.Found<R>) {
            use(namespace);
        }
        return answer;
    }

    private <R extends Stored> void inUse(Answer<R> answer) {
        if (answer instanceof Answer.Found<R>(R value)) {
            use(value.namespace());
        }
    }

    private void use(String namespace) {
        if (inUse.size() < MAX_NAMESPACES && inUse.add(namespace)) {
            services.ensure(namespace);
            slices.ensure(namespace);
        }
    }

    /** Watches one more set of objects, not shared. */
    <R extends Stored> Reflector<R> reflector(Resource<R> resource, Scope scope) {
        return new Reflector<>(api, resource, scope, health, this::denied);
    }

    Reflector<ServiceRecord> watchedServices(String namespace) {
        inUse.add(namespace);
        return services.ensure(namespace);
    }

    Reflector<SliceRecord> watchedSlices(String namespace) {
        return slices.ensure(namespace);
    }

    ServerHealth health() {
        return health;
    }

    private void denied(String permission) {
        if (saidDenials.add(permission)) {
            progress.step("This user may not " + permission + ": looking up one by one what that would tell.");
        }
    }

    private void slicesChanged(Reflector<SliceRecord> reflector, Change<SliceRecord> change) {
        SliceRecord slice = change.either();
        if (!reflector.synced()
                || slice.service().isEmpty()
                || usable(change.before()).equals(usable(change.now()))) {
            return;
        }
        ObjectKey service = new ObjectKey(slice.namespace(), slice.service());
        Set<Object> ready = new HashSet<>();
        reflector.store().find(service).forEach(s -> ready.addAll(usable(Optional.of(s))));
        listener.endpointsChanged(service, ready.size());
    }

    private static Set<Object> usable(Optional<SliceRecord> slice) {
        return slice.stream()
                .flatMap(s -> s.endpoints().stream())
                .filter(SliceEndpoint::usable)
                .map(endpoint -> endpoint.pod().<Object>map(pod -> pod).orElse(endpoint.address()))
                .collect(Collectors.toSet());
    }

    private void podChanged(Change<PodRecord> change) {
        if (change.before().isEmpty()) {
            return;
        }
        boolean gone = change.now()
                .map(now ->
                        now.ended() || !now.uid().equals(change.before().get().uid()))
                .orElse(true);
        if (gone) {
            listener.podGone(change.either().key());
        }
    }

    private static <T> Answer<T> found(Optional<T> value) {
        return value.<Answer<T>>map(Answer.Found::new).orElseGet(Answer.Absent::new);
    }

    @Override
    public void close() {
        services.close();
        slices.close();
        pods.close();
        namespaces.close();
    }
}
