package io.kubetun.kube.portforward;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server in the "pod": one virtual thread a connection. */
final class Sockets implements AutoCloseable {
    private final ServerSocket listener;

    Sockets(Service service) throws IOException {
        listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> serve(service, socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void serve(Service service, Socket socket) {
        try (socket) {
            service.serve(socket);
        } catch (IOException cut) {
            // The other side is gone: what a test looks at is there.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Sockets echo() throws IOException {
        return new Sockets(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    /** A port at which nothing listens. */
    static int closedPort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is done with a connection, which is closed afterwards. */
    @FunctionalInterface
    interface Service {
        /** Serves one. */
        void serve(Socket socket) throws IOException, InterruptedException;
    }
}
