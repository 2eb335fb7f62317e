package io.kubetun.testkit;

/** A fault in force. */
public interface Injection extends AutoCloseable {
    /** Withdraws the fault. Harmless if done twice. */
    @Override
    void close();
}
