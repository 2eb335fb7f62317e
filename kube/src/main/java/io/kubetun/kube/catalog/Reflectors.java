package io.kubetun.kube.catalog;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The reflectors of a kind: one a namespace, or one for all. Thread-safe.
 *
 * @param <R> the record
 */
final class Reflectors<R extends Stored> implements AutoCloseable {
    private final Map<String, Reflector<R>> byNamespace = new ConcurrentHashMap<>();
    private final Function<String, Reflector<R>> factory;
    private volatile boolean closed;

    Reflectors(Function<String, Reflector<R>> factory) {
        this.factory = factory;
    }

    /** Returns the one for a namespace (empty for all), started now if need be. */
    Reflector<R> ensure(String namespace) {
        Optional<Reflector<R>> all = all().filter(reflector -> !reflector.denied());
        if (all.isPresent()) {
            return all.get();
        }
        return byNamespace.computeIfAbsent(namespace, name -> {
            Reflector<R> reflector = factory.apply(name);
            if (!closed) {
                reflector.start();
            }
            return reflector;
        });
    }

    /** Returns the store that has all of a namespace, if there is one. */
    Optional<Store<R>> synced(String namespace) {
        return all().filter(Reflector::synced)
                .or(() -> Optional.ofNullable(byNamespace.get(namespace)).filter(Reflector::synced))
                .map(Reflector::store);
    }

    boolean allSynced() {
        return all().filter(Reflector::synced).isPresent();
    }

    Stream<R> find(Object indexKey) {
        return byNamespace.values().stream()
                .filter(Reflector::synced)
                .flatMap(reflector -> reflector.store().find(indexKey).stream());
    }

    private Optional<Reflector<R>> all() {
        return Optional.ofNullable(byNamespace.get(""));
    }

    @Override
    public void close() {
        closed = true;
        byNamespace.values().forEach(Reflector::close);
    }
}
