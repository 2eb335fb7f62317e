package io.kubetun.kernel.link;

import java.time.Duration;

/**
 * The measures of links.
 *
 * @param links connections of a pool, over all event loops; at least one a loop
 * @param firstWindow bytes that a new flow may be ahead of its reader, 65,535 or more
 * @param largestWindow bytes that a flow may be ahead whose reader keeps up; its window doubles up to this
 * @param windowBudget bytes that all windows together may have grown by
 * @param queueLimit bytes that may wait for slow readers, all flows together; above it the flow with the most is reset
 * @param maxFlows flows that a server carries at the same time; the next one is refused
 * @param beat how often a sign of life is asked for
 * @param missedBeats after so many beats without a byte from the other side the link counts as lost
 * @param dialLimit how long opening a flow may take
 */
public record LinkSettings(
        int links,
        int firstWindow,
        int largestWindow,
        long windowBudget,
        long queueLimit,
        int maxFlows,
        Duration beat,
        int missedBeats,
        Duration dialLimit) {
    /**
     * The measures of a session on somebody's machine.
     *
     * @return 4 links, windows of 256 KB to 4 MB
     */
    public static LinkSettings ofSession() {
        return new LinkSettings(
                4, 256 << 10, 4 << 20, 64L << 20, 96L << 20, 20_000, Duration.ofSeconds(5), 3, Duration.ofSeconds(10));
    }

    /**
     * The measures of a gateway, which has little memory and many flows.
     *
     * @return windows of 64 KB to 2 MB
     */
    public static LinkSettings ofGateway() {
        return new LinkSettings(
                4, 65_535, 2 << 20, 12L << 20, 16L << 20, 20_000, Duration.ofSeconds(5), 3, Duration.ofSeconds(10));
    }
}
