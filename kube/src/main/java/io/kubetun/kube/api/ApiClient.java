package io.kubetun.kube.api;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.ApiServer;
import io.kubetun.kube.portforward.Credentials;
import io.netty.handler.ssl.SslContext;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Asks the API server. Blocks: for virtual threads. Thread-safe. */
public final class ApiClient implements AutoCloseable {
    /** More connections than this are not kept when idle. */
    private static final int MAX_IDLE = 4;

    private static final Duration MAX_IDLE_TIME = Duration.ofSeconds(30);

    /** More of an error's body is not read. */
    private static final int MAX_ERROR_BYTES = 64 << 10;

    private final ApiServer server;
    private final Duration timeout;
    private final Deque<HttpConnection> idle = new ArrayDeque<>();
    private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Makes a client; opens nothing.
     *
     * @param server the API server
     * @param timeout how long to wait for an answer; zero for ever
     */
    public ApiClient(ApiServer server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    /**
     * Gets a document.
     *
     * @param path path and query, below the server's base
     * @return the document
     * @throws ApiException if the server answers with an error
     * @throws CredentialsException if there are no credentials
     * @throws IOException if it cannot be reached
     */
    public Tree get(String path) throws IOException {
        try (ApiResponse response = open(path, timeout);
                Json json = response.json()) {
            Tree root = json.next().orElse(Tree.MISSING);
            response.finish();
            return root;
        }
    }

    /**
     * Gets a document that may not be there.
     *
     * @param path path and query, below the server's base
     * @return the document; empty if the server knows none (404)
     * @throws IOException as {@link #get}
     */
    public Optional<Tree> find(String path) throws IOException {
        try {
            return Optional.of(get(path));
        } catch (ApiException e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Encodes a text to be a part of a path or the value of a parameter.
     *
     * @param text any text
     * @return the text with all but letters, digits and {@code .-_*} as octets of UTF-8 in percent form
     * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.1">RFC 3986: Percent-encoding</a>
     */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Posts a document: a question that needs a body, such as an access review.
     *
     * @param path path and query, below the server's base
     * @param json the document
     * @return the answer
     * @throws IOException as {@link #get}
     */
    public Tree post(String path, String json) throws IOException {
        return send(new Request("POST", path, "application/json", json));
    }

    /**
     * Changes some fields of an object, by a JSON merge patch (RFC 7396).
     *
     * @param path the object's path, below the server's base
     * @param json the fields; null removes one
     * @return the object as it is then
     * @throws IOException as {@link #get}
     */
    public Tree patch(String path, String json) throws IOException {
        return send(new Request("PATCH", path, "application/merge-patch+json", json));
    }

    /**
     * Changes some fields of an object, by a strategic merge patch: lists are merged by their items' names.
     *
     * @param path the object's path, below the server's base
     * @param json the fields; null removes one; a {@code resourceVersion} in it must be that of the object
     * @return the object as it is then
     * @throws ApiException with the status 409 if it has another version
     * @throws IOException as {@link #get}
     * @see <a
     *     href="https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md">Kubernetes:
     *     strategic merge patch</a>
     */
    public Tree patchByNames(String path, String json) throws IOException {
        return send(new Request("PATCH", path, "application/strategic-merge-patch+json", json));
    }

    /**
     * Deletes an object.
     *
     * @param path the object's path, below the server's base
     * @param options a DeleteOptions document: the state that it must be in, and what becomes of its dependents
     * @throws ApiException with the status 404 if it is gone already, 409 if it is in another state
     * @throws IOException as {@link #get}
     */
    public void delete(String path, String options) throws IOException {
        send(new Request("DELETE", path, "application/json", options));
    }

    private Tree send(Request request) throws IOException {
        try (ApiResponse response = authorized(request, timeout);
                Json answer = response.json()) {
            Tree root = answer.next().orElse(Tree.MISSING);
            response.finish();
            return root;
        }
    }

    /**
     * Gets a document that is read in parts.
     *
     * @param path path and query, below the server's base
     * @return the answer, to be closed
     * @throws IOException as {@link #get}
     */
    public ApiResponse open(String path) throws IOException {
        return open(path, timeout);
    }

    /**
     * Gets a document that is read in parts.
     *
     * @param path path and query, below the server's base
     * @param patience how long to wait for each read; zero for ever
     * @return the answer, to be closed
     * @throws IOException as {@link #get}
     */
    public ApiResponse open(String path, Duration patience) throws IOException {
        return authorized(new Request("GET", path, "", ""), patience);
    }

    private ApiResponse authorized(Request asked, Duration patience) throws IOException {
        Credentials credentials = credentials(Optional.empty());
        try {
            return send(asked, patience, credentials);
        } catch (ApiException e) {
            if (e.status() == 401) {
                return send(asked, patience, credentials(Optional.of(credentials)));
            }
            throw e;
        }
    }

    private Credentials credentials(Optional<Credentials> refused) throws CredentialsException {
        try {
            return server.credentials(refused);
        } catch (IOException e) {
            throw new CredentialsException(e);
        }
    }

    private ApiResponse send(Request asked, Duration patience, Credentials credentials) throws IOException {
        String request = request(asked, credentials.headers());
        Optional<HttpConnection> kept = takeIdle();
        if (kept.isPresent()) {
            try {
                return exchange(kept.get(), request, patience);
            } catch (EOFException | SocketException e) {
                // the server had closed the idle connection: the request has not been looked at
                release(kept.get(), false);
            }
        }
        return exchange(connect(), request, patience);
    }

    private ApiResponse exchange(HttpConnection connection, String request, Duration patience) throws IOException {
        boolean handedOn = false;
        try {
            HttpHead head = connection.exchange(request, patience);
            BodyStream body = connection.body(head);
            if (head.status() / 100 != 2) {
                throw error(head, body);
            }
            ApiResponse response = new ApiResponse(this, connection, head, body);
            handedOn = true;
            return response;
        } finally {
            if (!handedOn) {
                release(connection, false);
            }
        }
    }

    private HttpConnection connect() throws IOException {
        Optional<SslContext> tls = server.tls();
        HttpConnection connection = new HttpConnection(ApiSocket.open(server, tls), tls);
        open.add(connection);
        if (closed) {
            release(connection, false);
            throw new SocketException("closed");
        }
        return connection;
    }

    private record Request(String method, String path, String contentType, String body) {}

    private String request(Request asked, Map<String, List<String>> credentials) {
        URI base = server.base();
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
        StringBuilder request = new StringBuilder(512)
                .append(asked.method())
                .append(' ')
                .append(prefix)
                .append(asked.path())
                .append(" HTTP/1.1\r\nHost: ")
                .append(base.getRawAuthority().replaceAll("^.*@", ""))
                .append("\r\nUser-Agent: kubetun\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n");
        credentials.forEach((name, values) -> values.forEach(value -> request.append(name)
                .append(": ")
                .append(value.replaceAll("[\\r\\n]", ""))
                .append("\r\n")));
        // A connection writes one byte a character.
        String body = new String(asked.body().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        if (!body.isEmpty()) {
            request.append("Content-Type: ")
                    .append(asked.contentType())
                    .append("\r\nContent-Length: ")
                    .append(body.length())
                    .append("\r\n");
        }
        return request.append("\r\n").append(body).toString();
    }

    private static ApiException error(HttpHead head, BodyStream body) {
        String text = "";
        try {
            text = new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
            Tree status = Json.parse(text);
            Optional<String> message = status.at("message").text();
            if (message.isPresent()) {
                return new ApiException(
                        head.status(), status.at("reason").text().orElse(""), message.get());
            }
        } catch (IOException e) {
            // no Status: the number must do
        }
        return new ApiException(head.status(), "", "the API server answered with status " + head.status());
    }

    private Optional<HttpConnection> takeIdle() {
        synchronized (idle) {
            while (!idle.isEmpty()) {
                HttpConnection connection = idle.pollLast();
                // a connection of before may be bound to a certificate that is no longer the user's
                if (!connection.idleFor(MAX_IDLE_TIME) && connection.uses(server.tls())) {
                    return Optional.of(connection);
                }
                drop(connection);
            }
            return Optional.empty();
        }
    }

    void release(HttpConnection connection, boolean reusable) {
        synchronized (idle) {
            if (reusable && !closed && connection.keepAlive() && idle.size() < MAX_IDLE && open.contains(connection)) {
                connection.idle();
                idle.addLast(connection);
                return;
            }
        }
        drop(connection);
    }

    private void drop(HttpConnection connection) {
        open.remove(connection);
        connection.close();
    }

    /**
     * Cuts the connections that a change of the network may have broken; whoever waits for an answer on one gets an
     * exception, and asks again. A watch goes on where it was: that costs less than to find out whether it still lives.
     *
     * @param affected what may be broken
     */
    public void networkChanged(Affected affected) {
        List.copyOf(open).stream()
                .filter(connection -> connection.isAffected(affected))
                .forEach(this::drop);
    }

    /** Cuts all connections; whoever waits for an answer gets an exception. */
    @Override
    public void close() {
        closed = true;
        synchronized (idle) {
            idle.clear();
        }
        List.copyOf(open).forEach(this::drop);
    }
}
