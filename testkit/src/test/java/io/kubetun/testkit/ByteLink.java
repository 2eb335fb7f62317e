package io.kubetun.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A connection that has been upgraded, seen by a client that blocks. */
sealed interface ByteLink extends AutoCloseable {
    int TIMEOUT_MILLIS = 5000;

    void send(byte[] bytes) throws IOException;

    /** Waits for some bytes; none at the end. */
    byte[] receive() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    static SSLContext trusting(EmbeddedCluster cluster) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            byte[] pem = cluster.caCertificate().orElseThrow().getBytes(StandardCharsets.US_ASCII);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException failure) {
            throw new IOException(failure);
        }
    }

    static URI portForward(EmbeddedCluster cluster, String pod, String query) {
        return cluster.url().resolve("/api/v1/namespaces/lab/pods/" + pod + "/portforward" + query);
    }

    /** Upgrades to SPDY; an answer other than 101 is an exception with the whole of it. */
    static Spdy spdy(EmbeddedCluster cluster, EmbeddedUser user, String pod) throws IOException {
        Socket socket = trusting(cluster)
                .getSocketFactory()
                .createSocket("127.0.0.1", cluster.url().getPort());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        String request =
                "POST " + portForward(cluster, pod, "").getPath() + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + user.token() + "\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                        + "X-Stream-Protocol-Version: portforward.k8s.io\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new EOFException("closed after: " + head);
            }
            head.write(next);
        }
        if (!head.toString(StandardCharsets.US_ASCII).startsWith("HTTP/1.1 101 ")) {
            String body = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            throw new IOException(head.toString(StandardCharsets.US_ASCII) + body);
        }
        return new Spdy(socket);
    }

    /** Opens a WebSocket with a subprotocol. */
    static Messages webSocket(EmbeddedCluster cluster, EmbeddedUser user, String pod, String query, String protocol)
            throws IOException {
        HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(cluster)).build();
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        String uri = portForward(cluster, pod, query).toString().replaceFirst("^http", "ws");
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols(protocol)
                .header("Authorization", "Bearer " + user.token())
                .buildAsync(URI.create(uri), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        byte[] bytes = new byte[data.remaining()];
                        data.get(bytes);
                        received.add(bytes);
                        from.request(1);
                        return CompletableFuture.completedStage(null);
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                        received.add(new byte[0]);
                        return CompletableFuture.completedStage(null);
                    }
                })
                .join();
        return new Messages(socket, received, client);
    }

    /** Straight on the socket. */
    record Spdy(Socket socket) implements ByteLink {
        @Override
        public void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public byte[] receive() throws IOException {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[65536];
            int length = in.read(buffer);
            return Arrays.copyOf(buffer, Math.max(0, length));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** In binary messages. */
    record Messages(WebSocket socket, BlockingQueue<byte[]> received, HttpClient client) implements ByteLink {
        @Override
        public void send(byte[] bytes) {
            socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        }

        @Override
        public byte[] receive() throws IOException, InterruptedException {
            byte[] next = received.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new SocketTimeoutException("no message");
            }
            return next;
        }

        @Override
        public void close() {
            socket.abort();
            client.shutdownNow();
        }
    }
}
