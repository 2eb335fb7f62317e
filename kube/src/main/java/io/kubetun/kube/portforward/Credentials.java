package io.kubetun.kube.portforward;

import java.util.List;
import java.util.Map;

/**
 * What proves to the API server who the user is. Immutable.
 *
 * @param headers {@code Authorization}, {@code Impersonate-…} by name
 * @param edition a number that grows when an exec plugin has given others, be they headers or the client certificate of
 *     {@link ApiServer#tls}; 0 where there is no plugin
 */
public record Credentials(Map<String, List<String>> headers, long edition) {
    /** Copies the headers. */
    public Credentials {
        headers = Map.copyOf(headers);
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return "credentials, edition " + edition;
    }
}
