package io.kubetun.kube;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Target;
import java.util.List;

/**
 * How a target was found, step by step. Immutable.
 *
 * @param target what was asked for
 * @param steps what was looked at, a sentence each
 * @param outcome what came of it
 */
public record Resolution(Target target, List<String> steps, Outcome outcome) {
    /** Takes a copy. */
    public Resolution {
        steps = List.copyOf(steps);
    }

    /** What came of it. */
    public sealed interface Outcome {}

    /**
     * Pods, any of which will do.
     *
     * @param candidates at least one
     */
    public record Pods(List<Endpoint> candidates) implements Outcome {
        /** Takes a copy. */
        public Pods {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * It leads nowhere.
     *
     * @param reason what kind of failure
     * @param message why, a sentence that names the target
     */
    public record Nowhere(DialException.Reason reason, String message) implements Outcome {}

    /**
     * A port of a pod.
     *
     * @param namespace the pod's namespace
     * @param pod its name
     * @param port 1 to 65535
     */
    public record Endpoint(String namespace, String pod, int port) {
        @Override
        public String toString() {
            return "pod " + namespace + "/" + pod + " port " + port;
        }
    }
}
