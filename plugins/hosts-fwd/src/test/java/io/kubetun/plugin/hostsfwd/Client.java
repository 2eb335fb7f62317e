package io.kubetun.plugin.hostsfwd;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A program on this machine that uses a forwarded Service. */
final class Client implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;

    private final Socket socket = new Socket();
    private final BufferedReader lines;

    Client(String address, int port) throws IOException {
        socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Says where a connection to an address leads. */
    static String target(String address, int port) throws IOException {
        try (Client client = new Client(address, port)) {
            return client.line();
        }
    }

    /** Reads a line; the first one is the target's name. */
    String line() throws IOException {
        return lines.readLine();
    }

    /** Sends a line and returns what comes back. */
    String say(String text) throws IOException {
        socket.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
        return line();
    }

    /** Cuts the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
