package io.kubetun.kube.catalog;

import java.time.Duration;
import java.util.List;

/**
 * Follows a few objects, and tells when one of them changes. Thread-safe.
 *
 * @param <R> the record
 */
public final class StateWatch<R extends Stored> implements AutoCloseable {
    private final Reflector<R> reflector;

    private StateWatch(Reflector<R> reflector, Runnable told) {
        this.reflector = reflector;
        reflector.listen(change -> told.run());
        reflector.start();
    }

    /**
     * Follows pods from now on.
     *
     * @param catalog of the cluster
     * @param namespace their namespace
     * @param labelSelector which
     * @param told run after each change, by one thread
     * @return ends it when closed
     */
    public static StateWatch<PodState> ofPods(Catalog catalog, String namespace, String labelSelector, Runnable told) {
        Scope scope = new Scope(namespace, labelSelector, "");
        return new StateWatch<>(catalog.reflector(Resource.POD_STATES, scope), told);
    }

    /**
     * Follows one pod from now on.
     *
     * @param catalog of the cluster
     * @param namespace its namespace
     * @param name its name
     * @param told run after each change, by one thread
     * @return ends it when closed
     */
    public static StateWatch<PodState> ofPod(Catalog catalog, String namespace, String name, Runnable told) {
        Scope scope = new Scope(namespace, "", "metadata.name=" + name);
        return new StateWatch<>(catalog.reflector(Resource.POD_STATES, scope), told);
    }

    /**
     * Follows one workload from now on.
     *
     * @param catalog of the cluster
     * @param plural its kind: {@code deployments}, {@code statefulsets} or {@code daemonsets}
     * @param namespace its namespace
     * @param name its name
     * @param told run after each change, by one thread
     * @return ends it when closed
     */
    public static StateWatch<WorkloadState> ofWorkload(
            Catalog catalog, String plural, String namespace, String name, Runnable told) {
        Scope scope = new Scope(namespace, "", "metadata.name=" + name);
        return new StateWatch<>(catalog.reflector(Resource.workloads(plural), scope), told);
    }

    /**
     * Waits for the first answer.
     *
     * @param limit how long
     * @return whether they may be seen; false also if there was no answer
     * @throws InterruptedException if interrupted meanwhile
     */
    public boolean await(Duration limit) throws InterruptedException {
        return reflector.await(limit);
    }

    /**
     * Says whether this user may not see them.
     *
     * @return true if the API server said so
     */
    public boolean denied() {
        return reflector.denied();
    }

    /**
     * Returns which permission it needs.
     *
     * @return such as {@code list pods in namespace lab}
     */
    public String permission() {
        return reflector.permission("list");
    }

    /**
     * Returns what is there now.
     *
     * @return the objects, in no order
     */
    public List<R> all() {
        return List.copyOf(reflector.store().all());
    }

    @Override
    public void close() {
        reflector.close();
    }
}
