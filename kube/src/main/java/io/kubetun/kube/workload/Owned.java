package io.kubetun.kube.workload;

import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A session's intercept of a workload, as the journal knows it: what must be there to take it out, and no more.
 *
 * @param kind the workload's kind
 * @param namespace its namespace
 * @param name its name
 * @param fingerprint the fingerprint of the owner's key
 * @param session the session's id
 */
record Owned(Kind kind, String namespace, String name, String fingerprint, String session) {
    private static final String KIND = "kind";
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "name";
    private static final String KEY = "key";
    private static final String SESSION = "session";

    /** What the journal must say. */
    static final List<String> FIELDS = List.of(KIND, NAMESPACE, NAME, KEY, SESSION);

    static Owned of(Map<String, String> data) {
        Kind kind = Kind.valueOf(data.get(KIND).toUpperCase(Locale.ROOT));
        return new Owned(kind, data.get(NAMESPACE), data.get(NAME), data.get(KEY), data.get(SESSION));
    }

    Map<String, String> data() {
        return Map.of(KIND, kind.toString(), NAMESPACE, namespace, NAME, name, KEY, fingerprint, SESSION, session);
    }

    /** Unique for each workload and session. */
    String key() {
        return namespace + "/" + spoken() + "#" + session;
    }

    /** As people type it. */
    String spoken() {
        return new WorkloadName(kind, name).toString();
    }

    @Override
    public String toString() {
        return spoken() + " in " + namespace;
    }
}
