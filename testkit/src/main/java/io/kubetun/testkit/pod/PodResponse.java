package io.kubetun.testkit.pod;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A pod's answer to an HTTP request.
 *
 * @param status the status
 * @param headers the headers; {@code content-length} is added
 * @param body the whole body; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bodies may be large, and are handed over
public record PodResponse(int status, Map<String, String> headers, byte[] body) {
    /** Takes a copy of the headers. */
    public PodResponse {
        headers = Map.copyOf(headers);
    }

    /**
     * A plain text answer.
     *
     * @param text the body
     * @return a 200
     */
    public static PodResponse text(String text) {
        return new PodResponse(
                200, Map.of("content-type", "text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An answer of bytes.
     *
     * @param body the body
     * @return a 200
     */
    public static PodResponse bytes(byte[] body) {
        return new PodResponse(200, Map.of("content-type", "application/octet-stream"), body);
    }

    /**
     * An answer without a body.
     *
     * @param status the status
     * @return the answer
     */
    public static PodResponse status(int status) {
        return new PodResponse(status, Map.of(), new byte[0]);
    }
}
