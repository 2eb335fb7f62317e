package io.kubetun.kube.workload;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an annotation on a Service says of an intercept: whose it is, and what the Service was before, so that anybody can
 * put it back.
 *
 * @param workload the workload, as people type it
 * @param holder who has it, for people
 * @param fingerprint of the owner's key
 * @param since since when
 * @param session which of the owner's sessions
 * @param ports what was changed
 */
record Leading(String workload, String holder, String fingerprint, String since, String session, List<LedPort> ports) {
    /** On the Service. */
    static final String ANNOTATION = "kubetun.io/intercept-target-ports";

    Leading {
        ports = List.copyOf(ports);
    }

    /** Reads a Service's; empty if nothing of it is changed. */
    static Optional<Leading> of(Tree service) {
        return service.at("metadata", "annotations", ANNOTATION).text().map(text -> {
            Tree noted = parsed(text);
            return new Leading(
                    noted.at("workload").text().orElse(""),
                    noted.at("holder").text().orElse(""),
                    noted.at("key").text().orElse(""),
                    noted.at("since").text().orElse(""),
                    noted.at("session").text().orElse(""),
                    noted.at("ports").items().stream().map(LedPort::of).toList());
        });
    }

    private static Tree parsed(String text) {
        try {
            return Json.parse(text);
        } catch (IOException e) {
            return Tree.MISSING;
        }
    }

    boolean isOf(Workload other) {
        return workload.equals(other.spoken());
    }

    Holding holding() {
        return new Holding(holder, fingerprint, since, session, Optional.empty());
    }

    /** The annotation. */
    String annotation() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("workload", workload);
        fields.put("holder", holder);
        fields.put("key", fingerprint);
        fields.put("since", since);
        fields.put("session", session);
        fields.put("ports", ports.stream().map(LedPort::fields).toList());
        return Json.write(fields);
    }
}
