package io.kubetun.kube.target;

import io.kubetun.kube.Resolution;
import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.Query;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.kube.target.Attempt.Done;
import io.kubetun.kube.target.Attempt.End;
import io.kubetun.kube.target.Attempt.Wants;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Resolves targets against the catalog. Thread-safe. */
public final class TargetResolver {
    /** A target that wants more questions answered than this is given up. */
    private static final int MAX_QUESTIONS = 24;

    private final Catalog catalog;
    private final Resolver resolver;

    /**
     * Makes a resolver.
     *
     * @param catalog what the cluster holds
     * @param activeNamespace where short names are looked up
     * @param clusterDomain the cluster's DNS domain
     */
    public TargetResolver(Catalog catalog, String activeNamespace, String clusterDomain) {
        this.catalog = catalog;
        this.resolver = new Resolver(catalog, activeNamespace, clusterDomain);
    }

    /**
     * Resolves with what is known. Never blocks.
     *
     * @param target what to resolve
     * @return the result, empty if something must be looked up first
     */
    Optional<Resolution> now(Target target) {
        return resolver.resolve(target) instanceof Done(Resolution resolution)
                ? Optional.of(resolution)
                : Optional.empty();
    }

    /**
     * Resolves, and looks up what must be. Blocks, for a bounded time.
     *
     * @param target what to resolve
     * @return the result
     * @throws InterruptedException if interrupted meanwhile
     */
    public Resolution resolve(Target target) throws InterruptedException {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < MAX_QUESTIONS; i++) {
            End end = resolver.resolve(target);
            switch (end) {
                case Done(Resolution resolution) -> {
                    asked.addAll(resolution.steps());
                    return new Resolution(target, asked, resolution.outcome());
                }
                case Wants(var query) -> {
                    asked.add("Asked the API server for " + words(query) + ".");
                    catalog.load(query);
                }
            }
        }
        String message = "cannot resolve " + target + ": the API server's answers do not hold long enough";
        return new Resolution(target, asked, new Resolution.Nowhere(Reason.TIMED_OUT, message));
    }

    /**
     * Finds out whether somebody takes a pod's traffic. Blocks, for a bounded time.
     *
     * @return how the agent got into the pod; empty if there is none, or the pod may not be looked at
     */
    Optional<Way> intercepted(String namespace, String pod) throws InterruptedException {
        ObjectKey key = new ObjectKey(namespace, pod);
        catalog.load(new Query.PodNamed(key));
        return catalog.pod(key) instanceof Answer.Found(PodRecord found) ? found.intercepted() : Optional.empty();
    }

    private static String words(Query query) {
        return switch (query) {
            case Query.ServiceNamed(var key) -> "Service " + key;
            case Query.SlicesOf(var service) -> "the endpoints of Service " + service;
            case Query.PodNamed(var key) -> "pod " + key;
            case Query.ServiceAt(var address) -> "the Service with the ClusterIP " + address.getHostAddress();
            case Query.PodAt(var address) -> "the pod with the address " + address.getHostAddress();
            case Query.SlicesAt(var address) -> "the endpoints with the address " + address.getHostAddress();
            case Query.NamespaceNamed(var name) -> "namespace " + name;
        };
    }
}
