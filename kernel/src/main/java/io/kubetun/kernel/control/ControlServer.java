package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers other processes of this user about the sessions of this kernel. Safe for use by several threads. */
public final class ControlServer implements AutoCloseable {
    /** Requests at the same time; the next one waits for its turn in the socket's backlog. */
    private static final int MAX_CONNECTIONS = 16;

    /** Bytes of a request; a longer one is cut. */
    private static final int MAX_REQUEST = 64 * 1024;

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final Sessions sessions;
    private final ServerSocketChannel server;
    private final Path path;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

    private ControlServer(Sessions sessions, ControlSockets.Bound bound) {
        this.sessions = sessions;
        this.server = bound.server();
        this.path = bound.path();
    }

    /**
     * Opens a control socket, mode 0600 in a folder of mode 0700, and answers from then on.
     *
     * @param folder the user's folder for sockets
     * @param sessions what is asked about
     * @return the running server
     * @throws KubetunException if the socket cannot be opened
     */
    public static ControlServer open(Path folder, Sessions sessions) throws KubetunException {
        try {
            ControlServer server = new ControlServer(sessions, new ControlSockets(folder).bind());
            Thread.ofVirtual().name("control").start(server::accept);
            return server;
        } catch (IOException | RuntimeException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot open a control socket in " + folder,
                    String.valueOf(e.getMessage()),
                    "Name another folder: export XDG_RUNTIME_DIR=/run/user/$(id -u)",
                    e);
        }
    }

    /**
     * Returns where it listens.
     *
     * @return the socket's path
     */
    public Path path() {
        return path;
    }

    /** Stops answering and removes the socket. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
            server.close();
        } catch (IOException e) {
            LOG.debug("the control socket did not close", e);
        }
    }

    private void accept() {
        try {
            while (true) {
                free.acquire();
                SocketChannel client = server.accept();
                Thread.ofVirtual().name("control-request").start(() -> serve(client));
            }
        } catch (InterruptedException | IOException closed) {
            LOG.debug("the control socket is closed");
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            Config request = ControlMessage.within(
                    LIMIT, client, () -> ControlMessage.decode(ControlMessage.readLine(client, MAX_REQUEST)));
            byte[] answer = ControlMessage.encode(answer(request));
            ControlMessage.within(LIMIT, client, () -> {
                ControlMessage.write(client, answer);
                return null;
            });
        } catch (IOException e) {
            LOG.debug("a control request failed", e);
        } finally {
            free.release();
        }
    }

    private Map<String, Object> answer(Config request) {
        try {
            if (request.getInt("version") != ControlMessage.VERSION) {
                return error("this kernel speaks version " + ControlMessage.VERSION + " of the control protocol");
            }
            String command = request.getString("command");
            return switch (command) {
                case "status" -> status();
                case "why" -> WhyAnswer.answer(sessions, request);
                case "stop" -> stop(request.getString("session"));
                default -> error("no such command: " + command);
            };
        } catch (ConfigException e) {
            return error("the request lacks something: " + e.getMessage());
        }
    }

    private Map<String, Object> status() {
        List<Map<String, Object>> all = sessions.all().stream()
                .map(Session::status)
                .map(StatusJson::encode)
                .toList();
        return Map.of("ok", true, "sessions", all);
    }

    private Map<String, Object> stop(String id) {
        Optional<Session> session = sessions.find(id);
        session.ifPresent(found -> found.close("stopped by another process"));
        return Map.of("ok", true, "stopped", session.isPresent());
    }

    private static Map<String, Object> error(String message) {
        return Map.of("ok", false, "error", message);
    }
}
