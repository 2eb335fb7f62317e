package io.kubetun.kube.catalog;

/**
 * What the catalog can say about something right now, without asking the API server.
 *
 * @param <T> what was asked for
 */
public sealed interface Answer<T> {
    /**
     * It is there.
     *
     * @param value it
     * @param <T> what was asked for
     */
    record Found<T>(T value) implements Answer<T> {}

    /**
     * There is no such thing.
     *
     * @param <T> what was asked for
     */
    record Absent<T>() implements Answer<T> {}

    /**
     * Nobody has looked yet.
     *
     * @param query what must be looked up
     * @param <T> what was asked for
     */
    record Unasked<T>(Query query) implements Answer<T> {}

    /**
     * This user may not look.
     *
     * @param permission the missing permission, such as {@code get services in namespace lab}
     * @param <T> what was asked for
     */
    record Denied<T>(String permission) implements Answer<T> {}

    /**
     * The API server does not answer.
     *
     * @param why a clause
     * @param <T> what was asked for
     */
    record Unreachable<T>(String why) implements Answer<T> {}
}
