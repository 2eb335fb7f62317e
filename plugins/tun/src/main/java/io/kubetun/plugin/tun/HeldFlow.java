package io.kubetun.plugin.tun;

import io.kubetun.spi.Target;
import java.lang.foreign.MemorySegment;

/**
 * A connection that a program has begun and that is being dialled.
 *
 * @param flow its number
 * @param target where to
 * @param syn a copy of its first packet, in memory of its own
 */
record HeldFlow(int flow, Target.Address target, MemorySegment syn) {}
