package io.kubetun.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A connection that has been upgraded, seen by a client that blocks. */
sealed interface ByteLink extends AutoCloseable {
    int TIMEOUT_MILLIS = 2000;

    void send(byte[] bytes) throws IOException;

    /** Waits for some bytes; none at the end. */
    byte[] receive() throws IOException;

    @Override
    void close() throws IOException;

    private static SSLContext trusting(EmbeddedCluster cluster) throws IOException {
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

    /** Upgrades a connection; an answer other than 101 is an exception with the whole of it. */
    private static Socket upgrade(
            EmbeddedCluster cluster, EmbeddedUser user, String method, String path, String headers) throws IOException {
        Socket socket = trusting(cluster)
                .getSocketFactory()
                .createSocket("127.0.0.1", cluster.url().getPort());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        String request = method + " /api/v1/namespaces/lab/pods/" + path + " HTTP/1.1\r\nHost: x\r\n"
                + "Authorization: Bearer " + user.token() + "\r\nConnection: Upgrade\r\n" + headers + "\r\n";
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
        return socket;
    }

    /** Upgrades to SPDY. */
    static ByteLink spdy(EmbeddedCluster cluster, EmbeddedUser user, String pod) throws IOException {
        return new Bytes(upgrade(
                cluster,
                user,
                "POST",
                pod + "/portforward",
                "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\nContent-Length: 0\r\n"));
    }

    /** Upgrades to a WebSocket with a subprotocol. */
    static ByteLink webSocket(EmbeddedCluster cluster, EmbeddedUser user, String path, String protocol)
            throws IOException {
        EmbeddedChannel codec = new EmbeddedChannel(
                new WebSocket13FrameDecoder(false, false, 1 << 20), new WebSocket13FrameEncoder(true));
        return new Messages(
                upgrade(
                        cluster,
                        user,
                        "GET",
                        path,
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                + "Sec-WebSocket-Protocol: " + protocol + "\r\n"),
                codec);
    }

    private static byte[] read(Socket socket) throws IOException {
        byte[] buffer = new byte[65536];
        int length = socket.getInputStream().read(buffer);
        return Arrays.copyOf(buffer, Math.max(0, length));
    }

    /** Straight on the socket. */
    record Bytes(Socket socket) implements ByteLink {
        @Override
        public void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public byte[] receive() throws IOException {
            return read(socket);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** In binary messages. */
    record Messages(Socket socket, EmbeddedChannel codec) implements ByteLink {
        @Override
        public void send(byte[] bytes) throws IOException {
            codec.writeOutbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)));
            for (ByteBuf out = codec.readOutbound(); out != null; out = codec.readOutbound()) {
                socket.getOutputStream().write(ByteBufUtil.getBytes(out));
                out.release();
            }
        }

        @Override
        public byte[] receive() throws IOException {
            WebSocketFrame frame = codec.readInbound();
            while (frame == null) {
                byte[] bytes = read(socket);
                if (bytes.length == 0) {
                    return bytes;
                }
                codec.writeInbound(Unpooled.wrappedBuffer(bytes));
                frame = codec.readInbound();
            }
            byte[] content = frame instanceof CloseWebSocketFrame ? new byte[0] : ByteBufUtil.getBytes(frame.content());
            frame.release();
            return content;
        }

        @Override
        public void close() throws IOException {
            codec.finishAndReleaseAll();
            socket.close();
        }
    }
}
