package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;

/** A pod by its names. */
record PodKey(String namespace, String pod) {
    static PodKey of(PodPort port) {
        return new PodKey(port.namespace(), port.pod());
    }

    boolean has(PodPort port) {
        return port.pod().equals(pod) && port.namespace().equals(namespace);
    }

    @Override
    public String toString() {
        return "pod/" + pod + "." + namespace;
    }
}
