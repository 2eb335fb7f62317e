package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Target;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The counts of a session, by mode and Service. A Service gets counts of its own once a flow has reached it, or a dial
 * has found it and failed; names that nobody knows, and all that comes after 200 Services, are counted as {@code other}.
 * Thread-safe.
 */
public final class FlowParts {
    /** Services of a session that are counted by name. */
    static final int MAX_SERVICES = 200;

    /** What the rest is counted as. */
    static final String OTHER = "other";

    private final FlowCounts session;
    private final Map<Part, FlowCounts> parts = new LinkedHashMap<>();
    private final Set<String> services = new HashSet<>();
    private Optional<BiConsumer<Part, FlowCounts>> observer = Optional.empty();

    /**
     * What is counted together.
     *
     * @param mode the mode's name
     * @param service the Service as its users call it, or {@code other}
     */
    public record Part(String mode, String service) {}

    FlowParts(FlowCounts session) {
        this.session = session;
    }

    /**
     * Tells of each part that there is or will be, once.
     *
     * @param observer called by one thread at a time
     */
    public synchronized void observe(BiConsumer<Part, FlowCounts> observer) {
        this.observer = Optional.of(observer);
        parts.forEach(observer);
    }

    /** The counts of a target that was reached. */
    FlowCounts of(String mode, Target target) {
        return part(mode, name(target), true);
    }

    /** The counts of a target that was not reached. */
    FlowCounts of(String mode, Target target, DialException.Reason reason) {
        return part(mode, name(target), reason != DialException.Reason.UNKNOWN_NAME);
    }

    private synchronized FlowCounts part(String mode, String service, boolean known) {
        boolean named =
                services.contains(service) || (known && services.size() < MAX_SERVICES && services.add(service));
        Part part = new Part(mode, named ? service : OTHER);
        FlowCounts found = parts.get(part);
        if (found == null) {
            found = new FlowCounts(session);
            parts.put(part, found);
            FlowCounts made = found;
            observer.ifPresent(each -> each.accept(part, made));
        }
        return found;
    }

    private static String name(Target target) {
        return switch (target) {
            case Target.Name name -> name.host();
            case Target.Service service -> service.name() + "." + service.namespace();
            // Pods come and go, addresses are many: neither is a name that lasts.
            case Target.Address _, Target.Pod _ -> OTHER;
        };
    }
}
