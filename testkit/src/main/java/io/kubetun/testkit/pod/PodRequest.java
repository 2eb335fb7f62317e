package io.kubetun.testkit.pod;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP request as a pod gets it.
 *
 * @param method such as {@code GET}
 * @param uri the request target, such as {@code /stream?n=1}
 * @param headers the headers, names in lower case; of several with one name the first
 * @param body the whole body, empty for none; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bodies may be large, and are handed over
public record PodRequest(String method, String uri, Map<String, String> headers, byte[] body) {
    /** Takes a copy of the headers. */
    public PodRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * Returns a header.
     *
     * @param name in lower case
     * @return its value, or empty
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /**
     * Returns the body as text.
     *
     * @return the body read as UTF-8
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
