package io.kubetun.kernel.metrics;

import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.kernel.flow.FlowParts.Part;
import io.kubetun.spi.DialException.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** The meters of one session: those of the whole, and those of each mode and Service. Thread-safe. */
final class SessionMeters implements AutoCloseable {
    /** Upper bounds of the histogram of dials: from a Service next door to the limit of a dial. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final MeterRegistry registry;
    private final Tags session;
    private final List<Meter> meters = new CopyOnWriteArrayList<>();

    SessionMeters(MeterRegistry registry, String session, FlowCounts counts, LongSupplier queued) {
        this.registry = registry;
        this.session = Tags.of("session", session);
        count(
                "kubetun.connections.refused",
                "Connections that were reset at the limit.",
                this.session,
                counts,
                FlowCounts::refused);
        count(
                "kubetun.links.lost",
                "Connections to the cluster that were lost.",
                this.session,
                counts,
                FlowCounts::linksLost);
        count(
                "kubetun.reconnects",
                "Lost connections to the cluster that came back.",
                this.session,
                counts,
                FlowCounts::linksRestored);
        meters.add(Gauge.builder("kubetun.loops.queued", queued, LongSupplier::getAsLong)
                .description("Tasks that wait for the session's event loops.")
                .tags(this.session)
                .register(registry));
        counts.parts().observe(this::add);
    }

    private void add(Part part, FlowCounts counts) {
        Tags tags = session.and("mode", part.mode(), "service", part.service());
        meters.add(Gauge.builder("kubetun.flows.open", counts, FlowCounts::open)
                .description("Flows that are joined to the cluster now.")
                .tags(tags)
                .register(registry));
        count("kubetun.flows", "Flows that were ever joined.", tags, counts, FlowCounts::total);
        count("kubetun.flows.reset", "Flows that were cut instead of ended.", tags, counts, FlowCounts::reset);
        String bytes = "Payload of flows, in bytes.";
        count("kubetun.flow.bytes", bytes, tags.and("direction", "sent"), counts, FlowCounts::sent);
        count("kubetun.flow.bytes", bytes, tags.and("direction", "received"), counts, FlowCounts::received);
        for (Reason reason : Reason.values()) {
            Tags why = tags.and("reason", reason.name().toLowerCase(Locale.ROOT));
            count("kubetun.dial.failures", "Dials that failed.", why, counts, each -> each.failed(reason));
        }
        Timer dials = Timer.builder("kubetun.dials")
                .description("Dials that succeeded, and how long they took.")
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        meters.add(dials);
        counts.timeDials(nanos -> dials.record(nanos, TimeUnit.NANOSECONDS));
    }

    private void count(
            String name, String description, Tags tags, FlowCounts counts, ToDoubleFunction<FlowCounts> value) {
        meters.add(FunctionCounter.builder(name, counts, value)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
