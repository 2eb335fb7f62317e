package io.kubetun.kube.api;

import io.kubetun.kube.network.Affected;
import io.netty.handler.ssl.SslContext;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** A connection that carries one request after the other. For one thread at a time, except {@link #close}. */
final class HttpConnection {
    private static final int BUFFER = 16 << 10;

    private final ApiSocket socket;
    private final InputStream in;
    private final Optional<SslContext> tls;
    private boolean keepAlive = true;
    private long idleSince = System.nanoTime();

    HttpConnection(ApiSocket socket, Optional<SslContext> tls) throws IOException {
        this.socket = socket;
        this.tls = tls;
        this.in = new BufferedInputStream(socket.socket().getInputStream(), BUFFER);
    }

    /**
     * Sends a request and reads the head of the answer.
     *
     * @param request the whole request, without a body
     * @param timeout how long to wait for each read; zero for ever
     * @return the head
     * @throws IOException if the connection fails
     */
    HttpHead exchange(String request, Duration timeout) throws IOException {
        socket.socket().setSoTimeout(Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
        socket.socket().getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        HttpHead head = HttpHead.read(in);
        keepAlive = !head.says("connection", "close");
        return head;
    }

    BodyStream body(HttpHead head) {
        return new BodyStream(in, head);
    }

    boolean keepAlive() {
        return keepAlive;
    }

    /** Says whether it was opened with this context, so with the client certificate in it. */
    boolean uses(Optional<SslContext> context) {
        return tls.equals(context);
    }

    /** Says whether a change of the network may have broken it. */
    boolean isAffected(Affected affected) {
        return socket.isAffected(affected);
    }

    void idle() {
        idleSince = System.nanoTime();
    }

    boolean idleFor(Duration time) {
        return System.nanoTime() - idleSince > time.toNanos();
    }

    void close() {
        socket.close();
    }
}
