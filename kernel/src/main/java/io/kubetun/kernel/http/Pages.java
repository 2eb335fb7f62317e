package io.kubetun.kernel.http;

import java.nio.charset.StandardCharsets;

/** What is served. Called on a virtual thread. */
@FunctionalInterface
public interface Pages {
    /**
     * Answers a GET.
     *
     * @param path without the query
     * @param accept the formats that the client takes, empty for any
     * @return the page
     */
    Page page(String path, String accept);

    /**
     * An answer.
     *
     * @param status the HTTP status
     * @param type the media type
     * @param text the body
     */
    record Page(int status, String type, String text) {
        /** A page of plain text. */
        static Page plain(int status, String text) {
            return new Page(status, "text/plain; charset=utf-8", text);
        }

        byte[] body() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
