package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the living kernels of this user. Stateless; methods block, a few seconds at most for each kernel that hangs. */
public final class ControlClient {
    /** Bytes of a response; a longer one is cut. */
    private static final int MAX_RESPONSE = 16 * 1024 * 1024;

    private static final Duration LIMIT = Duration.ofSeconds(3);

    /** A dial may take 10 s, and three endpoints may be tried. */
    private static final Duration WHY_LIMIT = Duration.ofSeconds(40);

    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);

    private ControlClient() {}

    /**
     * Asks all kernels for their sessions. A kernel that is just ending, or does not answer, is left out.
     *
     * @param runtimeFolder where the control sockets are; need not exist
     * @return the sessions
     * @throws KubetunException if the folder cannot be read
     */
    public static List<SessionStatus> statusOfAll(Path runtimeFolder) throws KubetunException {
        return statusOf(runtimeFolder, socket -> true);
    }

    /**
     * Asks all kernels but one.
     *
     * @param runtimeFolder where the control sockets are; need not exist
     * @param own the control socket of the kernel that is not asked
     * @return the sessions of the others
     * @throws KubetunException if the folder cannot be read
     */
    public static List<SessionStatus> statusOfOthers(Path runtimeFolder, Path own) throws KubetunException {
        return statusOf(runtimeFolder, socket -> !socket.equals(own));
    }

    private static List<SessionStatus> statusOf(Path runtimeFolder, Predicate<Path> which) throws KubetunException {
        List<SessionStatus> all = new ArrayList<>();
        for (Config response : askAll(runtimeFolder, which, Map.of("command", "status"))) {
            for (Config session : response.getConfigList("sessions")) {
                all.add(StatusJson.decode(session));
            }
        }
        return all;
    }

    /**
     * Ends a session, in whichever kernel it is, and returns when nothing is left of it.
     *
     * @param runtimeFolder where the control sockets are
     * @param session its id
     * @return whether there was such a session
     * @throws KubetunException if the folder cannot be read
     */
    public static boolean stop(Path runtimeFolder, String session) throws KubetunException {
        return askAll(runtimeFolder, socket -> true, Map.of("command", "stop", "session", session)).stream()
                .anyMatch(response -> response.getBoolean("stopped"));
    }

    /**
     * Asks how a flow would go, by sending one.
     *
     * @param runtimeFolder where the control sockets are; need not exist
     * @param session the id of the session to ask; empty for those that own the name or address, or else all
     * @param host the name or literal that a program would connect to
     * @param port 1 to 65535
     * @return one explanation a session; none if no session runs
     * @throws KubetunException if the folder cannot be read
     */
    public static List<Explanation> why(Path runtimeFolder, String session, String host, int port)
            throws KubetunException {
        Map<String, Object> request = Map.of("command", "why", "session", session, "host", host, "port", port);
        return askAll(runtimeFolder, socket -> true, request, WHY_LIMIT).stream()
                .flatMap(response -> WhyAnswer.decode(response).stream())
                .toList();
    }

    private static List<Config> askAll(Path runtimeFolder, Predicate<Path> which, Map<String, Object> request)
            throws KubetunException {
        return askAll(runtimeFolder, which, request, LIMIT);
    }

    private static List<Config> askAll(
            Path runtimeFolder, Predicate<Path> which, Map<String, Object> request, Duration limit)
            throws KubetunException {
        List<Config> responses = new ArrayList<>();
        try {
            for (Path socket : new ControlSockets(runtimeFolder).living()) {
                if (!which.test(socket)) {
                    continue;
                }
                try {
                    Config response = ask(socket, request, limit);
                    if (response.getBoolean("ok")) {
                        responses.add(response);
                    } else {
                        LOG.warn("the kernel at {} refused: {}", socket, response.getString("error"));
                    }
                } catch (IOException | ConfigException e) {
                    LOG.debug("the kernel at {} did not answer", socket, e);
                }
            }
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot read " + runtimeFolder,
                    e.toString(),
                    "See who owns it: ls -ld " + runtimeFolder,
                    e);
        }
        return responses;
    }

    private static Config ask(Path socket, Map<String, Object> request, Duration limit) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return ControlMessage.within(limit, channel, () -> {
                ControlMessage.write(channel, ControlMessage.encode(request));
                return ControlMessage.decode(ControlMessage.readLine(channel, MAX_RESPONSE));
            });
        }
    }
}
