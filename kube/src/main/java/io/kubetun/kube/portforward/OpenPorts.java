package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The ports that were seen open lately, so that a dial to one is answered at once. Confined to an event loop. Bounded:
 * above {@link #MAX} the one longest unused is forgotten.
 */
final class OpenPorts {
    /** How long a port counts as open after it was last seen so. */
    static final long OPEN_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** How many ports are remembered. */
    static final int MAX = 1024;

    private final Map<PodPort, Long> seen = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PodPort, Long> eldest) {
            return size() > MAX;
        }
    };

    boolean contains(PodPort port) {
        Long at = seen.get(port);
        return at != null && System.nanoTime() - at < OPEN_NANOS;
    }

    void add(PodPort port) {
        seen.put(port, System.nanoTime());
    }

    void remove(PodPort port) {
        seen.remove(port);
    }

    void removePod(PodKey pod) {
        seen.keySet().removeIf(pod::has);
    }
}
