package io.kubetun.testkit.api;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests by verb and resource. Thread-safe. */
public final class RequestLog {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String verb, String resource) {
        counts.computeIfAbsent(verb + " " + resource, key -> new LongAdder()).increment();
    }

    /**
     * Returns how many there were.
     *
     * @param verb such as {@code watch}
     * @param resource such as {@code pods/portforward}
     * @return the count, refused ones included
     */
    public long count(String verb, String resource) {
        LongAdder count = counts.get(verb + " " + resource);
        return count == null ? 0 : count.sum();
    }
}
