package io.kubetun.plugin.socks;

import io.kubetun.spi.DialException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A whole HTTP/1.1 response, after which the connection is closed.
 *
 * @param status the status
 * @param headers further header lines, without line ends
 * @param body the text
 */
record HttpAnswer(HttpResponseStatus status, List<String> headers, String body) {
    private static final String TEXT = "Content-Type: text/plain; charset=utf-8";

    /** The answer to a CONNECT that succeeded (RFC 9110 section 9.3.6): no length, no body, the flow follows. */
    static ByteBuf connected(ByteBufAllocator allocator) {
        return ByteBufUtil.writeAscii(allocator, "HTTP/1.1 200 Connection established\r\n\r\n");
    }

    /** One line of text that says why. */
    static HttpAnswer text(HttpResponseStatus status, String line) {
        return new HttpAnswer(status, List.of(TEXT), line.replaceAll("\\p{Cntrl}+", " ") + "\n");
    }

    /** Asks for a password (RFC 9110 section 11.7). */
    static HttpAnswer loginWanted() {
        return new HttpAnswer(
                HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED,
                List.of("Proxy-Authenticate: Basic realm=\"kubetun\", charset=\"UTF-8\"", TEXT),
                "this proxy wants a user name and a password\n");
    }

    /** A PAC file. Not to be sniffed: a web page that names it as a script of its own gets nothing. */
    static HttpAnswer pac(String script) {
        return new HttpAnswer(
                HttpResponseStatus.OK,
                List.of(
                        "Content-Type: application/x-ns-proxy-autoconfig",
                        "X-Content-Type-Options: nosniff",
                        "Cache-Control: no-store"),
                script);
    }

    /** Translates the failure of a dial: 502 the target's fault, 503 may pass, 504 no answer in time, 403 forbidden. */
    static HttpAnswer refused(DialException failure) {
        HttpResponseStatus status = switch (failure.reason()) {
            case UNKNOWN_NAME, UNKNOWN_PORT, NOT_A_POD, NEEDS_GATEWAY, REFUSED, UNREACHABLE, RESET ->
                HttpResponseStatus.BAD_GATEWAY;
            case NO_ENDPOINTS, CLUSTER_LOST, LIMIT -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case FORBIDDEN -> HttpResponseStatus.FORBIDDEN;
            case TIMED_OUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
        };
        return text(status, failure.reason() + ": " + failure.getMessage());
    }

    ByteBuf bytes(ByteBufAllocator allocator) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        headers.forEach(line -> head.append(line).append("\r\n"));
        head.append("Content-Length: ").append(content.length).append("\r\nConnection: close\r\n\r\n");
        ByteBuf bytes = allocator.ioBuffer(head.length() + content.length);
        bytes.writeCharSequence(head, StandardCharsets.US_ASCII);
        return bytes.writeBytes(content);
    }
}
