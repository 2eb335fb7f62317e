package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A port of a Service whose target is the agent's.
 *
 * @param port the Service's port
 * @param protocol its transport
 * @param was the target port before: a number, or a name that the pods' containers give one
 * @param is the agent's port
 */
record LedPort(int port, String protocol, Object was, int is) {
    static LedPort of(Tree noted) {
        return new LedPort(
                noted.at("port").number().orElse(0),
                noted.at("protocol").text().orElse(""),
                noted.at("was").present() ? noted.at("was").value() : "",
                noted.at("is").number().orElse(0));
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("port", port);
        fields.put("protocol", protocol);
        fields.put("was", was);
        fields.put("is", is);
        return fields;
    }

    /** Says whether it is about this port of the Service, and its target is still the agent's. */
    boolean holds(Tree there) {
        return ServiceDocument.isSame(there, port, protocol)
                && there.at("targetPort").number().orElse(0) == is;
    }

    /** As in "80 to 9703 (before: http)". */
    @Override
    public String toString() {
        return port + " to " + is + " (before: " + was + ")";
    }
}
