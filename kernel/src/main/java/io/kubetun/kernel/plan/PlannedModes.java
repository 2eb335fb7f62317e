package io.kubetun.kernel.plan;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.StartFailure;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.Mode.Listening;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The modes of a plan, each with what it would do. Used by one thread. */
final class PlannedModes {
    private static final Logger LOG = LoggerFactory.getLogger(PlannedModes.class);

    private final LowPorts lowPorts;
    private final boolean helper;
    private final List<Planned> all = new ArrayList<>();

    PlannedModes(LowPorts lowPorts, boolean helper) {
        this.lowPorts = lowPorts;
        this.helper = helper;
    }

    private record Planned(String name, Mode mode, NotedEffects effects, NotedFlows flows) {}

    void create(
            Map<String, Config> options,
            Function<String, Optional<ModeFactory>> factories,
            BiFunction<NotedEffects, NotedFlows, SessionContext> contexts)
            throws KubetunException {
        for (Map.Entry<String, Config> each : options.entrySet()) {
            String name = each.getKey();
            ModeFactory factory = factories.apply(name).orElseThrow(() -> StartFailure.unknown("plan", name));
            NotedEffects effects = new NotedEffects();
            NotedFlows flows = new NotedFlows(lowPorts, helper);
            Mode mode = factory.create(contexts.apply(effects, flows), each.getValue());
            all.add(new Planned(name, mode, effects, flows));
        }
    }

    /** Starts them, looks what they would do, and stops them. */
    List<Plan.Change> run(List<Plan.Listener> listeners, List<Plan.Caller> callers)
            throws KubetunException, InterruptedException {
        List<Planned> started = new ArrayList<>();
        List<Plan.Change> changes = new ArrayList<>();
        try {
            for (Planned each : all) {
                each.mode.start();
                started.add(each);
            }
            for (Planned each : all) {
                each.effects.all().forEach(effect -> changes.add(Plan.Change.of(each.name, effect)));
                each.mode.reaches().forEach(reach -> callers.add(new Plan.Caller(each.name, reach)));
                listening(each)
                        .forEach(one -> listeners.add(new Plan.Listener(
                                each.name,
                                one,
                                helper && lowPorts.forbids(one.address().getPort()))));
            }
            return changes;
        } finally {
            started.reversed().forEach(PlannedModes::stop);
        }
    }

    /** What the mode tells of, and what it opened without telling. */
    private static List<Listening> listening(Planned planned) {
        List<Listening> all = new ArrayList<>(planned.mode.listening());
        Set<InetSocketAddress> told = new HashSet<>();
        all.forEach(each -> told.add(each.address()));
        for (InetSocketAddress address : planned.flows.all()) {
            if (told.add(address)) {
                all.add(new Listening(address, "", List.of()));
            }
        }
        return all;
    }

    private static void stop(Planned planned) {
        try {
            planned.mode.stop();
        } catch (RuntimeException e) {
            LOG.warn("the mode {} failed to stop", planned.name, e);
        }
    }
}
