package io.kubetun.kernel.metrics;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.spi.DialException.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a kernel. Counting is done by plain adders; meters that read them are made when somebody first asks
 * for the registry, so that a start does not pay for them. The meters of a session go with it. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
    private final EventBus events;
    private final Map<String, FlowCounts> sessions = new LinkedHashMap<>();
    private final Map<String, List<Meter>> meters = new LinkedHashMap<>();
    private Optional<SimpleMeterRegistry> registry = Optional.empty();

    /**
     * Counts nothing yet.
     *
     * @param events whose losses are counted
     */
    public Metrics(EventBus events) {
        this.events = events;
    }

    /**
     * Counts a session from now on.
     *
     * @param session its id
     * @param counts what it counts
     */
    public synchronized void add(String session, FlowCounts counts) {
        sessions.put(session, counts);
        registry.ifPresent(made -> meters.put(session, meter(made, session, counts)));
    }

    /**
     * Forgets a session.
     *
     * @param session its id
     */
    public synchronized void remove(String session) {
        sessions.remove(session);
        List<Meter> gone = meters.remove(session);
        if (gone != null) {
            registry.ifPresent(made -> gone.forEach(made::remove));
        }
    }

    /**
     * Returns the meters.
     *
     * @return the registry, the same one each time
     */
    public synchronized MeterRegistry registry() {
        if (registry.isEmpty()) {
            SimpleMeterRegistry made = new SimpleMeterRegistry();
            FunctionCounter.builder("kubetun.events.lost", events, EventBus::lost)
                    .register(made);
            sessions.forEach((session, counts) -> meters.put(session, meter(made, session, counts)));
            registry = Optional.of(made);
        }
        return registry.get();
    }

    /** Lets go of the registry. */
    @Override
    public synchronized void close() {
        registry.ifPresent(MeterRegistry::close);
    }

    private static List<Meter> meter(MeterRegistry registry, String session, FlowCounts counts) {
        Tags tags = Tags.of("session", session);
        List<Meter> meters = new ArrayList<>();
        meters.add(Gauge.builder("kubetun.flows.open", counts, FlowCounts::open)
                .tags(tags)
                .register(registry));
        meters.add(counter(registry, "kubetun.flows", tags, counts, FlowCounts::total));
        meters.add(counter(registry, "kubetun.flows.reset", tags, counts, FlowCounts::reset));
        meters.add(counter(registry, "kubetun.connections.refused", tags, counts, FlowCounts::refused));
        meters.add(counter(registry, "kubetun.flow.bytes", tags.and("direction", "sent"), counts, FlowCounts::sent));
        meters.add(counter(
                registry, "kubetun.flow.bytes", tags.and("direction", "received"), counts, FlowCounts::received));
        for (Reason reason : Reason.values()) {
            String name = reason.name().toLowerCase(Locale.ROOT);
            meters.add(counter(
                    registry, "kubetun.dial.failures", tags.and("reason", name), counts, each -> each.failed(reason)));
        }
        meters.add(FunctionTimer.builder(
                        "kubetun.dials", counts, FlowCounts::dials, FlowCounts::dialNanos, TimeUnit.NANOSECONDS)
                .tags(tags)
                .register(registry));
        return meters;
    }

    private static Meter counter(
            MeterRegistry registry, String name, Tags tags, FlowCounts counts, ToDoubleFunction<FlowCounts> value) {
        return FunctionCounter.builder(name, counts, value).tags(tags).register(registry);
    }
}
