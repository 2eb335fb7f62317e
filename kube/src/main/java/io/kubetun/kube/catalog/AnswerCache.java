package io.kubetun.kube.catalog;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers to single questions, for a moment. Thread-safe.
 *
 * @param <T> what is asked for
 */
final class AnswerCache<T> {
    /** Of more answers the oldest are forgotten. */
    private static final int MAX = 1024;

    private static final Duration KEEP = Duration.ofSeconds(2);
    private static final Duration KEEP_DENIED = Duration.ofSeconds(30);
    private static final Duration KEEP_UNREACHABLE = Duration.ofSeconds(1);

    private final Map<Query, Kept<T>> kept = new LinkedHashMap<>();

    synchronized void put(Query query, Answer<T> answer) {
        Duration time = switch (answer) {
            case Answer.Denied<T> denied -> KEEP_DENIED;
            case Answer.Unreachable<T> unreachable -> KEEP_UNREACHABLE;
            default -> KEEP;
        };
        kept.remove(query);
        kept.put(query, new Kept<>(answer, System.nanoTime() + time.toNanos()));
        if (kept.size() > MAX) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    /** Returns the answer, {@link Answer.Unasked} if there is none that is fresh. */
    synchronized Answer<T> get(Query query) {
        Kept<T> found = kept.get(query);
        if (found == null || found.until - System.nanoTime() < 0) {
            kept.remove(query);
            return new Answer.Unasked<>(query);
        }
        return found.answer;
    }

    private record Kept<T>(Answer<T> answer, long until) {}
}
