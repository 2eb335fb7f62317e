package io.kubetun.spi;

/** Lines for the person who waits: one a step, never a secret. Safe for use by several threads. */
@FunctionalInterface
public interface Progress {
    /**
     * Tells a step.
     *
     * @param line a sentence without a line break
     */
    void step(String line);
}
