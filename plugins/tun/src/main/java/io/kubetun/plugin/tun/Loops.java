package io.kubetun.plugin.tun;

import io.kubetun.spi.Flows;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The loops of a session in an order that stays, asked for when the first is needed. Thread-safe. */
final class Loops implements Supplier<List<EventLoop>> {
    private final Flows flows;
    private volatile List<EventLoop> loops = List.of();

    Loops(Flows flows) {
        this.flows = flows;
    }

    @Override
    public List<EventLoop> get() {
        if (loops.isEmpty()) {
            List<EventLoop> all = new ArrayList<>();
            for (EventExecutor each : flows.eventLoops()) {
                all.add((EventLoop) each);
            }
            loops = List.copyOf(all);
        }
        return loops;
    }
}
