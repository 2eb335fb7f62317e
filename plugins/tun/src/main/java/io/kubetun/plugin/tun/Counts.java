package io.kubetun.plugin.tun;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** How often each thing happened. Thread-safe. */
final class Counts {
    private final Map<Count, LongAdder> values = new EnumMap<>(Count.class);

    Counts() {
        for (Count count : Count.values()) {
            values.put(count, new LongAdder());
        }
    }

    void add(Count count) {
        values.get(count).increment();
    }

    long get(Count count) {
        return values.get(count).sum();
    }

    /** Those of a set that happened, as a clause; empty if none did. */
    String text(Collection<Count> of) {
        return of.stream()
                .filter(count -> get(count) > 0)
                .map(count -> get(count) + " " + count.text())
                .collect(Collectors.joining(", "));
    }
}
