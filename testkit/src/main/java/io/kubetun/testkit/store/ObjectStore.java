package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The objects of a cluster, with one version counter and a history for watches, as etcd keeps them. Thread-safe;
 * changes are told to listeners in order, under the store's lock: they must be quick.
 */
public final class ObjectStore {
    /** Changes that the history keeps; watches from before them are answered 410. */
    private static final int HISTORY_LIMIT = 8192;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ResourceType, NavigableMap<String, StoredObject>> objects = new HashMap<>();
    private final Deque<Change> history = new ArrayDeque<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private final Deque<Change> untold = new ArrayDeque<>();
    private boolean telling;
    private long version = 1;
    private long oldest = 1;

    /** Makes an empty store. */
    public ObjectStore() {
        ResourceType.ALL.forEach(type -> objects.put(type, new TreeMap<>()));
    }

    /**
     * A consistent list.
     *
     * @param version the store's version
     * @param objects the objects, ordered by namespace and name
     */
    public record Snapshot(long version, List<StoredObject> objects) {}

    /**
     * Lists.
     *
     * @param type which type
     * @param namespace which namespace, empty for all
     * @return the objects
     */
    public Snapshot list(ResourceType type, String namespace) {
        lock.lock();
        try {
            NavigableMap<String, StoredObject> all = objects.get(type);
            Collection<StoredObject> found = namespace.isEmpty()
                    ? all.values()
                    : all.subMap(namespace + "/", namespace + "0").values();
            return new Snapshot(version, List.copyOf(found));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds.
     *
     * @param type its type
     * @param namespace its namespace, empty for none
     * @param name its name
     * @return the object, or empty
     */
    public Optional<StoredObject> find(ResourceType type, String namespace, String name) {
        lock.lock();
        try {
            return Optional.ofNullable(objects.get(type).get(namespace + "/" + name));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds an object; what the API server would fill in is filled in.
     *
     * @param type its type
     * @param json its content, handed over
     * @return as stored
     * @throws StatusException 409 if there is one of that name
     */
    public StoredObject create(ResourceType type, ObjectNode json) {
        lock.lock();
        try {
            ObjectNode metadata = json.withObjectProperty("metadata");
            String name = metadata.path("name").asText("");
            if (name.isEmpty() && metadata.has("generateName")) {
                name = metadata.get("generateName").asText() + Long.toString(version + 1, 36);
                metadata.put("name", name);
            }
            if (name.isEmpty()) {
                throw new StatusException(
                        422, "Invalid", type.kind() + " \"\" is invalid: metadata.name: Required value");
            }
            if (objects.get(type).containsKey(key(metadata))) {
                throw StatusException.alreadyExists(type, name);
            }
            json.put("apiVersion", type.apiVersion()).put("kind", type.kind());
            metadata.put("uid", UUID.randomUUID().toString());
            metadata.put(
                    "creationTimestamp",
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            return publish(Change.Action.ADDED, new StoredObject(type, json, ++version), Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes an object in place, atomically.
     *
     * @param object which; a later version of it is changed if there is one
     * @param edit changes the copy that it is given
     * @return as stored
     * @throws StatusException 404 if it is gone
     */
    public StoredObject edit(StoredObject object, Consumer<ObjectNode> edit) {
        lock.lock();
        try {
            StoredObject current = find(object.type(), object.namespace(), object.name())
                    .orElseThrow(() -> StatusException.notFound(object.type(), object.name()));
            ObjectNode copy = current.copy();
            edit.accept(copy);
            return replace(current, copy);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Replaces an object. A {@code resourceVersion} in the new content must be that of the current one.
     *
     * @param type its type
     * @param json its new content, handed over
     * @return as stored
     * @throws StatusException 404 or 409
     */
    public StoredObject update(ResourceType type, ObjectNode json) {
        lock.lock();
        try {
            ObjectNode metadata = json.withObjectProperty("metadata");
            String name = metadata.path("name").asText("");
            StoredObject current = Optional.ofNullable(objects.get(type).get(key(metadata)))
                    .orElseThrow(() -> StatusException.notFound(type, name));
            String expected = metadata.path("resourceVersion").asText("");
            if (!expected.isEmpty() && !expected.equals(Long.toString(current.version()))) {
                throw StatusException.conflict(type, name);
            }
            return replace(current, json);
        } finally {
            lock.unlock();
        }
    }

    private StoredObject replace(StoredObject current, ObjectNode json) {
        ObjectNode metadata = json.withObjectProperty("metadata");
        for (String kept : List.of("uid", "creationTimestamp", "resourceVersion")) {
            metadata.set(kept, current.json().path("metadata").get(kept));
        }
        json.put("apiVersion", current.type().apiVersion())
                .put("kind", current.type().kind());
        if (json.equals(current.json())) {
            return current;
        }
        return publish(Change.Action.MODIFIED, new StoredObject(current.type(), json, ++version), Optional.of(current));
    }

    /**
     * Removes an object.
     *
     * @param type its type
     * @param namespace its namespace
     * @param name its name
     * @return its last state, at the version of its removal
     * @throws StatusException 404
     */
    public StoredObject delete(ResourceType type, String namespace, String name) {
        lock.lock();
        try {
            StoredObject current = Optional.ofNullable(objects.get(type).get(namespace + "/" + name))
                    .orElseThrow(() -> StatusException.notFound(type, name));
            return publish(
                    Change.Action.DELETED, new StoredObject(type, current.copy(), ++version), Optional.of(current));
        } finally {
            lock.unlock();
        }
    }

    private StoredObject publish(Change.Action action, StoredObject object, Optional<StoredObject> previous) {
        String key = object.namespace() + "/" + object.name();
        if (action == Change.Action.DELETED) {
            objects.get(object.type()).remove(key);
        } else {
            objects.get(object.type()).put(key, object);
        }
        Change change = new Change(action, object, previous);
        history.addLast(change);
        if (history.size() > HISTORY_LIMIT) {
            oldest = history.removeFirst().object().version();
        }
        untold.addLast(change);
        tell();
        return object;
    }

    /** Tells in order, also what a listener itself changes while it is told. */
    private void tell() {
        if (telling) {
            return;
        }
        telling = true;
        try {
            while (!untold.isEmpty()) {
                Change change = untold.removeFirst();
                listeners.forEach(listener -> listener.accept(change));
            }
        } finally {
            telling = false;
        }
    }

    /** Forgets the history, as a compaction does: watches from before now are answered 410. */
    public void compact() {
        lock.lock();
        try {
            history.clear();
            oldest = ++version;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Follows all changes after a version.
     *
     * @param after the version; 0 for only those from now on
     * @param listener told of each, past ones at once; under the store's lock
     * @return ends it when run
     * @throws StatusException 410 if the history does not reach back so far
     */
    public Runnable follow(long after, Consumer<Change> listener) {
        lock.lock();
        try {
            if (after != 0 && after < oldest) {
                throw StatusException.expired(after, oldest);
            }
            if (after != 0) {
                List<Change> missed = new ArrayList<>(history);
                missed.stream()
                        .filter(change -> change.object().version() > after)
                        .forEach(listener);
            }
            listeners.add(listener);
            return () -> listeners.remove(listener);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does several steps as one.
     *
     * @param steps run under the store's lock
     */
    public void atomically(Runnable steps) {
        lock.lock();
        try {
            steps.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the current version.
     *
     * @return the resourceVersion of a list taken now
     */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    private static String key(ObjectNode metadata) {
        return metadata.path("namespace").asText("") + "/"
                + metadata.path("name").asText("");
    }
}
