package io.kubetun.kube.catalog;

import io.kubetun.kube.catalog.Stored.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The objects of a kind in one scope, by name and by index. One thread writes, any number read without waiting.
 *
 * @param <R> the record
 */
final class Store<R extends Stored> {
    private final Map<ObjectKey, R> objects = new ConcurrentHashMap<>();
    private final Map<Object, List<R>> index = new ConcurrentHashMap<>();

    Optional<R> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    List<R> find(Object indexKey) {
        return index.getOrDefault(indexKey, List.of());
    }

    Collection<R> all() {
        return objects.values();
    }

    /** Puts an object there and returns what changed, if anything did. */
    Optional<Change<R>> put(R now) {
        R before = objects.get(now.key());
        if (now.equals(before)) {
            return Optional.empty();
        }
        objects.put(now.key(), now);
        if (before != null) {
            unlink(before);
        }
        for (Object key : now.indexKeys()) {
            index.merge(key, List.of(now), Store::joined);
        }
        return Optional.of(new Change<>(Optional.ofNullable(before), Optional.of(now)));
    }

    Optional<Change<R>> remove(ObjectKey key) {
        R before = objects.remove(key);
        if (before == null) {
            return Optional.empty();
        }
        unlink(before);
        return Optional.of(new Change<>(Optional.of(before), Optional.empty()));
    }

    /** Makes it hold exactly these objects and returns what changed. */
    List<Change<R>> replace(Collection<R> complete) {
        List<Change<R>> changes = new ArrayList<>();
        Map<ObjectKey, R> now = new HashMap<>();
        complete.forEach(object -> now.put(object.key(), object));
        for (ObjectKey key : List.copyOf(objects.keySet())) {
            if (!now.containsKey(key)) {
                remove(key).ifPresent(changes::add);
            }
        }
        now.values().forEach(object -> put(object).ifPresent(changes::add));
        return changes;
    }

    private void unlink(R before) {
        for (Object key : before.indexKeys()) {
            index.computeIfPresent(key, (k, list) -> {
                List<R> rest =
                        list.stream().filter(object -> !object.equals(before)).toList();
                return rest.isEmpty() ? null : rest;
            });
        }
    }

    private static <R> List<R> joined(List<R> some, List<R> more) {
        List<R> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    /**
     * What changed.
     *
     * @param before the object before, empty if it is new
     * @param now the object now, empty if it is gone
     * @param <R> the record
     */
    record Change<R>(Optional<R> before, Optional<R> now) {
        R either() {
            return now.or(() -> before).orElseThrow();
        }
    }
}
