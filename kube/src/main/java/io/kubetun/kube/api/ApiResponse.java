package io.kubetun.kube.api;

import io.kubetun.kube.document.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** A successful answer whose body is still to be read. Closing it from another thread wakes the reader. */
public final class ApiResponse implements Closeable {
    private static final int MAX_REST = 1024;

    private final HttpConnection connection;
    private final HttpHead head;
    private final BodyStream raw;
    private final InputStream body;
    private final ApiClient client;

    ApiResponse(ApiClient client, HttpConnection connection, HttpHead head, BodyStream raw) throws IOException {
        this.client = client;
        this.connection = connection;
        this.head = head;
        this.raw = raw;
        this.body = head.says("content-encoding", "gzip") ? new GZIPInputStream(raw) : raw;
    }

    /**
     * Returns a header.
     *
     * @param lowerCaseName its name
     * @return its value
     */
    public Optional<String> header(String lowerCaseName) {
        return head.header(lowerCaseName);
    }

    /**
     * Starts to read the body as JSON.
     *
     * @return the reader
     * @throws IOException if the connection fails
     */
    public Json json() throws IOException {
        return new Json(body);
    }

    /**
     * Reads what is behind the JSON, the end of the chunks, so that the connection can be used again.
     *
     * @throws IOException if the connection fails
     */
    public void finish() throws IOException {
        raw.readNBytes(MAX_REST);
    }

    /** Gives the connection back if the body was read, cuts it otherwise. */
    @Override
    public void close() {
        client.release(connection, raw.reusable());
    }
}
