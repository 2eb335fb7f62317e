package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.AgentState;
import io.kubetun.kube.catalog.EphemeralAgent;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who has a workload intercepted. What counts is the key in the pod template; the rest is for people. On the workload
 * itself an annotation says it again, so that {@code kubectl describe} shows it, and what else was added to the template.
 *
 * @param holder who, such as {@code alice@laptop}; empty if it is not said
 * @param fingerprint what {@link #fingerprint} makes of the owner's public key
 * @param since since when: ISO 8601, UTC; empty if it is not said
 * @param session which of the owner's sessions; empty if it is not said
 * @param pullSecret the Secret that was added to pull the agent's image with; empty if none was
 */
record Holding(String holder, String fingerprint, String since, String session, Optional<String> pullSecret) {
    /** On the workload. */
    static final String ANNOTATION = "kubetun.io/intercept";

    /** On its pods. */
    static final String HOLDER = "kubetun.io/intercept-holder";

    /** On its pods. */
    static final String SINCE = "kubetun.io/intercept-since";

    /** Who has it; empty if its pods get no agent. */
    static Optional<Holding> of(Workload workload) {
        Tree annotations = workload.template().at("metadata", "annotations");
        boolean rulesAlone =
                workload.pod().at("initContainers").named(AgentState.RULES).isPresent();
        return AgentState.key(workload.pod())
                .or(() -> rulesAlone ? Optional.of("") : Optional.empty())
                .map(key -> new Holding(
                        annotations.at(HOLDER).text().orElse(""),
                        fingerprint(key),
                        annotations.at(SINCE).text().orElse(""),
                        noted(workload).at("session").text().orElse(""),
                        noted(workload).at("pullSecret").text()));
    }

    /** Who has added an agent to a pod as it ran. */
    static Holding of(EphemeralAgent agent) {
        return new Holding(agent.holder(), fingerprint(agent.key()), agent.since(), agent.session(), Optional.empty());
    }

    /** Who has it, as an annotation of any object says. */
    static Holding notedOn(Tree object) {
        Tree noted = parsed(object);
        return new Holding(
                noted.at("holder").text().orElse(""),
                noted.at("key").text().orElse(""),
                noted.at("since").text().orElse(""),
                noted.at("session").text().orElse(""),
                noted.at("pullSecret").text());
    }

    /** What the annotation on the workload says. */
    private static Tree noted(Workload workload) {
        return parsed(workload.document());
    }

    private static Tree parsed(Tree object) {
        try {
            return Json.parse(
                    object.at("metadata", "annotations", ANNOTATION).text().orElse(""));
        } catch (IOException e) {
            return Tree.MISSING;
        }
    }

    boolean isOf(String otherFingerprint) {
        return fingerprint.equals(otherFingerprint);
    }

    /** Says whether it is to be taken back with a session: another one of the same owner may have adopted it since. */
    boolean isOf(String otherFingerprint, String otherSession) {
        return isOf(otherFingerprint) && (session.isEmpty() || session.equals(otherSession));
    }

    /** The annotation on the workload. */
    String annotation() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("holder", holder);
        fields.put("key", fingerprint);
        fields.put("since", since);
        fields.put("session", session);
        pullSecret.ifPresent(secret -> fields.put("pullSecret", secret));
        return Json.write(fields);
    }

    /** As in "is held by alice@laptop since 2026-01-01T10:00:00Z". */
    String spoken() {
        return (holder.isEmpty() ? "somebody" : holder) + (since.isEmpty() ? "" : " since " + since);
    }

    /**
     * Returns a key's fingerprint.
     *
     * @param key the key: X.509, Base64
     * @return {@code SHA256:} and the hash of that text
     */
    static String fingerprint(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
