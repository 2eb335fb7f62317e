package io.kubetun.testkit.fault;

import java.util.Optional;

/** Which connections a {@link Fault} strikes. */
public sealed interface Scope {
    /** Every connection between clients and the API server, port-forwards included. */
    record Api() implements Scope {}

    /**
     * The connections that port-forwards make inside pods.
     *
     * @param namespace only pods of this namespace; empty for all
     * @param name only the pod of this name; empty for all
     */
    record Pods(Optional<String> namespace, Optional<String> name) implements Scope {
        /**
         * Says whether a pod is meant.
         *
         * @param podNamespace its namespace
         * @param podName its name
         * @return true if so
         */
        public boolean includes(String podNamespace, String podName) {
            return namespace.map(podNamespace::equals).orElse(true)
                    && name.map(podName::equals).orElse(true);
        }
    }

    /**
     * All connections to the API server.
     *
     * @return the scope
     */
    static Api api() {
        return new Api();
    }

    /**
     * All pods.
     *
     * @return the scope
     */
    static Pods pods() {
        return new Pods(Optional.empty(), Optional.empty());
    }

    /**
     * The pods of a namespace.
     *
     * @param namespace its name
     * @return the scope
     */
    static Pods pods(String namespace) {
        return new Pods(Optional.of(namespace), Optional.empty());
    }

    /**
     * One pod.
     *
     * @param namespace its namespace
     * @param name its name
     * @return the scope
     */
    static Pods pod(String namespace, String name) {
        return new Pods(Optional.of(namespace), Optional.of(name));
    }
}
