package io.kubetun.kube.api;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The status line and headers of a response.
 *
 * @param status the status
 * @param headers values by lower-case name; of equal names the last
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
 */
record HttpHead(int status, Map<String, String> headers) {
    /** A head that is longer is refused. */
    private static final int MAX_BYTES = 64 << 10;

    /**
     * Reads a head, not a byte more.
     *
     * @param in where from; best buffered
     * @return the head
     * @throws IOException if it is none; an {@link EOFException} if there is not a single byte
     */
    static HttpHead read(InputStream in) throws IOException {
        int[] left = {MAX_BYTES};
        String first = line(in, left);
        while (first.startsWith("HTTP/1.1 1")) {
            skipHeaders(in, left);
            first = line(in, left);
        }
        String[] parts = first.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[2-5]\\d\\d")) {
            throw new IOException("the answer is not HTTP/1.1");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new HttpHead(Integer.parseInt(parts[1]), headers);
    }

    Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    boolean says(String lowerCaseName, String value) {
        return header(lowerCaseName).orElse("").toLowerCase(Locale.ROOT).contains(value);
    }

    private static void skipHeaders(InputStream in, int[] left) throws IOException {
        while (!line(in, left).isEmpty()) {
            // an interim response says nothing that matters here
        }
    }

    /** Reads a line that ends with LF or CR LF. */
    private static String line(InputStream in, int[] left) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection was closed");
            }
            if (left[0]-- == 0) {
                throw new IOException("the answer's head is longer than " + MAX_BYTES + " bytes");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
