package io.kubetun.kube.catalog;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Opens watches of Services. Those without selectors share what the catalog watches anyway. */
public final class ServiceWatches {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Catalog catalog;

    /**
     * Makes it.
     *
     * @param catalog what the cluster holds
     */
    public ServiceWatches(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Opens a watch. Blocks until all that is there was told.
     *
     * @param selection which Services
     * @param listener told of them
     * @return ends it
     * @throws KubetunException with FORBIDDEN if listing them is not allowed, CLUSTER_UNREACHABLE if the server does not
     *     answer in time
     * @throws InterruptedException if interrupted meanwhile
     */
    public Cluster.Watch open(ServiceSelection selection, ServiceListener listener)
            throws KubetunException, InterruptedException {
        Set<String> namespaces = selection.namespaces().isEmpty() ? Set.of("") : selection.namespaces();
        boolean shared =
                selection.labelSelector().isEmpty() && selection.fieldSelector().isEmpty();
        List<Reflector<ServiceRecord>> services = new ArrayList<>();
        List<Reflector<SliceRecord>> slices = new ArrayList<>();
        List<Reflector<?>> own = new ArrayList<>();
        for (String namespace : namespaces.stream().sorted().toList()) {
            slices.add(catalog.watchedSlices(namespace));
            if (shared) {
                services.add(catalog.watchedServices(namespace));
            } else {
                Scope scope = new Scope(namespace, selection.labelSelector(), selection.fieldSelector());
                Reflector<ServiceRecord> reflector = catalog.reflector(Resource.SERVICES, scope);
                reflector.start();
                services.add(reflector);
                own.add(reflector);
            }
        }
        ServiceWatch watch = new ServiceWatch(services, slices, own, listener);
        try {
            for (Reflector<ServiceRecord> reflector : services) {
                require(reflector);
            }
            for (Reflector<SliceRecord> reflector : slices) {
                reflector.await(LIMIT);
            }
            watch.start();
            return watch;
        } catch (KubetunException | InterruptedException e) {
            watch.close();
            throw e;
        }
    }

    private void require(Reflector<ServiceRecord> reflector) throws KubetunException, InterruptedException {
        if (reflector.await(LIMIT)) {
            return;
        }
        if (reflector.denied()) {
            throw new KubetunException(
                    ErrorCode.FORBIDDEN,
                    "cannot watch Services",
                    "this user may not " + reflector.permission("list"),
                    "See what is allowed: kubectl auth can-i --list; name other namespaces with -n");
        }
        throw new KubetunException(
                ErrorCode.CLUSTER_UNREACHABLE,
                "cannot watch Services",
                catalog.health().trouble().orElse("the API server has not answered within " + LIMIT.toSeconds() + " s"),
                "Is the cluster up? Try: kubectl get services");
    }
}
