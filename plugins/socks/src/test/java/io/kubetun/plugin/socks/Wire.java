package io.kubetun.plugin.socks;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that writes and reads exact bytes. */
final class Wire implements AutoCloseable {
    static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1080);

    private static final int TIME_OUT_MILLIS = 10_000;
    private final Socket socket = new Socket();

    Wire(InetSocketAddress to) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIME_OUT_MILLIS);
        socket.connect(to, TIME_OUT_MILLIS);
    }

    Wire send(Object... parts) throws IOException {
        socket.getOutputStream().write(bytes(parts));
        return this;
    }

    /** Each byte in a segment of its own, or at least a write of its own. */
    Wire dribble(Object... parts) throws IOException {
        for (byte b : bytes(parts)) {
            socket.getOutputStream().write(b);
            socket.getOutputStream().flush();
        }
        return this;
    }

    /** Bytes from numbers, texts and arrays. */
    static byte[] bytes(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            switch (part) {
                case Integer number -> all.write(number);
                case String text -> all.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
                case byte[] bytes -> all.writeBytes(bytes);
                default -> throw new IllegalArgumentException("" + part);
            }
        }
        return all.toByteArray();
    }

    /** A SOCKS5 CONNECT to a name. */
    static byte[] connect(String host, int port) {
        return bytes(5, 1, 0, 3, host.length(), host, port >> 8, port & 0xff);
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the end after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    String readText(int count) throws IOException {
        return new String(read(count), StandardCharsets.ISO_8859_1);
    }

    /** All up to the end, which must be a FIN. */
    String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the server closes, by FIN or reset, without another byte. */
    boolean closed() throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    Wire finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
