package io.kubetun.kernel.metrics;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.FlowCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The meters of a kernel. Counting is done by plain adders; meters that read them are made when somebody first asks
 * for the registry, so that a start does not pay for them. The meters of a session go with it. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final EventBus events;
    private final ByteBufAllocator buffers;
    private final Map<String, Counted> sessions = new LinkedHashMap<>();
    private final Map<String, SessionMeters> meters = new LinkedHashMap<>();
    private Optional<PrometheusMeterRegistry> registry = Optional.empty();
    private Optional<JvmGcMetrics> collections = Optional.empty();

    private record Counted(FlowCounts counts, LongSupplier queued) {}

    /**
     * Counts nothing yet.
     *
     * @param events whose losses and queues are counted
     * @param buffers whose memory is counted
     */
    public Metrics(EventBus events, ByteBufAllocator buffers) {
        this.events = events;
        this.buffers = buffers;
    }

    /**
     * Counts a session from now on.
     *
     * @param session its id
     * @param counts what it counts
     * @param queued how many tasks wait for its event loops
     */
    public synchronized void add(String session, FlowCounts counts, LongSupplier queued) {
        sessions.put(session, new Counted(counts, queued));
        registry.ifPresent(made -> meters.put(session, new SessionMeters(made, session, counts, queued)));
    }

    /**
     * Forgets a session.
     *
     * @param session its id
     */
    public synchronized void remove(String session) {
        sessions.remove(session);
        SessionMeters gone = meters.remove(session);
        if (gone != null) {
            gone.close();
        }
    }

    /**
     * Returns the meters; dials are timed from the first call on.
     *
     * @return the registry, the same one each time
     */
    public MeterRegistry registry() {
        return made();
    }

    /**
     * Says which format a client gets.
     *
     * @param accept the formats that it takes
     * @return the text format of Prometheus, or that of OpenMetrics if it is asked for
     */
    public static String format(String accept) {
        return accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    }

    /**
     * Renders all meters for Prometheus.
     *
     * @param format what {@link #format} said
     * @return the text
     */
    public String scrape(String format) {
        return made().scrape(format);
    }

    /** Lets go of the registry. */
    @Override
    public synchronized void close() {
        collections.ifPresent(JvmGcMetrics::close);
        registry.ifPresent(MeterRegistry::close);
    }

    private synchronized PrometheusMeterRegistry made() {
        if (registry.isEmpty()) {
            PrometheusMeterRegistry made = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            FunctionCounter.builder("kubetun.events.lost", events, EventBus::lost)
                    .description("Events that a subscriber missed, or that found the bus full.")
                    .register(made);
            Gauge.builder("kubetun.events.queued", events, EventBus::queued)
                    .description("Events that wait for the bus or a subscriber.")
                    .register(made);
            if (buffers instanceof ByteBufAllocatorMetricProvider provider) {
                Gauge.builder(
                                "kubetun.buffers.memory",
                                provider,
                                each -> each.metric().usedDirectMemory())
                        .baseUnit("bytes")
                        .description("Memory outside the heap that the pool of buffers holds.")
                        .register(made);
            }
            JvmGcMetrics gc = new JvmGcMetrics();
            collections = Optional.of(gc);
            List.of(
                            gc,
                            new JvmMemoryMetrics(),
                            new JvmThreadMetrics(),
                            new ProcessorMetrics(),
                            new FileDescriptorMetrics(),
                            new UptimeMetrics())
                    .forEach(each -> each.bindTo(made));
            sessions.forEach((session, counted) ->
                    meters.put(session, new SessionMeters(made, session, counted.counts(), counted.queued())));
            registry = Optional.of(made);
        }
        return registry.get();
    }
}
