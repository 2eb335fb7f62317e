package io.kubetun.testkit.pod;

/** What an image does in an ephemeral container. */
@FunctionalInterface
public interface ContainerProgram {
    /**
     * Starts it. Must not block; the container runs until {@link EphemeralContainer#end}.
     *
     * @param container the one that has started
     */
    void start(EphemeralContainer container);
}
