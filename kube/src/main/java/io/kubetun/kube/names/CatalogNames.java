package io.kubetun.kube.names;

import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.Query;
import io.kubetun.spi.cluster.Names;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Answers from the catalog. What it does not know is looked up on a virtual thread. Thread-safe. */
public final class CatalogNames implements Names {
    /** A name that wants more questions answered than this is given up. */
    private static final int MAX_QUESTIONS = 24;

    /** Names that are looked up at the same time; of more it is said at once that nobody can say. */
    private static final int MAX_LOOKUPS = 256;

    private final Catalog catalog;
    private final String domain;
    private final Semaphore lookups = new Semaphore(MAX_LOOKUPS);

    /**
     * Makes it.
     *
     * @param catalog what the cluster holds
     * @param clusterDomain the cluster's DNS domain
     */
    public CatalogNames(Catalog catalog, String clusterDomain) {
        this.catalog = catalog;
        this.domain = clusterDomain.toLowerCase(Locale.ROOT);
    }

    @Override
    public String domain() {
        return domain;
    }

    @Override
    public CompletionStage<NameAnswer> lookUp(String name, Type type) {
        Attempt first = attempt(name, type);
        if (first.wanted().isEmpty()) {
            return CompletableFuture.completedStage(first.answer());
        }
        CompletableFuture<NameAnswer> answer = new CompletableFuture<>();
        if (!lookups.tryAcquire()) {
            answer.complete(new Failed(MAX_LOOKUPS + " names are being looked up already"));
            return answer;
        }
        answer.whenComplete((result, failure) -> lookups.release());
        Thread.ofVirtual().name("kubetun-name").start(() -> {
            try {
                answer.complete(load(name, type, first));
            } catch (InterruptedException | RuntimeException e) {
                answer.complete(new Failed("the look-up was broken off: " + e));
            }
        });
        return answer;
    }

    private NameAnswer load(String name, Type type, Attempt first) throws InterruptedException {
        Attempt attempt = first;
        for (int i = 0; i < MAX_QUESTIONS; i++) {
            if (attempt.wanted().isEmpty()) {
                return attempt.answer();
            }
            catalog.load(attempt.wanted().get());
            attempt = attempt(name, type);
        }
        return new Failed("the API server's answers do not hold long enough");
    }

    private Attempt attempt(String name, Type type) {
        Reading reading = new Reading(catalog);
        NameAnswer answer = new NameResolver(reading, domain).answer(name, type);
        return new Attempt(reading.trouble().<NameAnswer>map(Failed::new).orElse(answer), reading.wanted());
    }

    /**
     * What the catalog says.
     *
     * @param answer the answer; of no worth if something is wanted
     * @param wanted what must be looked up first
     */
    private record Attempt(NameAnswer answer, Optional<Query> wanted) {}
}
