package io.kubetun.plugin.hostsfwd;

import java.util.Comparator;
import java.util.Optional;

/**
 * What has an address of its own: a Service, or one pod of a headless Service.
 *
 * @param namespace its namespace
 * @param service the Service's name
 * @param pod the pod's hostname, or its name where it has none
 */
record ForwardKey(String namespace, String service, Optional<String> pod) implements Comparable<ForwardKey> {
    private static final Comparator<ForwardKey> ORDER = Comparator.comparing(ForwardKey::namespace)
            .thenComparing(ForwardKey::service)
            .thenComparing(key -> key.pod().orElse(""));

    static ForwardKey ofService(String namespace, String service) {
        return new ForwardKey(namespace, service, Optional.empty());
    }

    ForwardKey ofPod(String label) {
        return new ForwardKey(namespace, service, Optional.of(label));
    }

    /** The Service that this belongs to. */
    ForwardKey ofWhole() {
        return ofService(namespace, service);
    }

    /** As the inside of the cluster names it: {@code svc.ns} or {@code pod.svc.ns}. */
    String dotted() {
        return pod.map(label -> label + ".").orElse("") + service + "." + namespace;
    }

    @Override
    public int compareTo(ForwardKey other) {
        return ORDER.compare(this, other);
    }

    /** {@code ns/svc} or {@code ns/svc/pod}: for people, and the key of the address book. */
    @Override
    public String toString() {
        return namespace + "/" + service + pod.map(label -> "/" + label).orElse("");
    }
}
