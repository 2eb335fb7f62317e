package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks one kernel. Methods block until it has answered: at most as long as what is asked takes. Safe for use by several
 * threads.
 *
 * @param socket its control socket
 */
public record ControlClient(Path socket) {
    /** What only looks something up is answered within this time, or never. */
    private static final Duration LOOKUP = Duration.ofSeconds(3);

    /** A dial may take 10 s, and three endpoints may be tried. */
    private static final Duration DIALS = Duration.ofSeconds(40);

    /** What ends a session is done within this time, unless the cluster or a mode hangs. */
    private static final Duration ENDING = Duration.ofSeconds(30);

    /**
     * Says whether somebody listens.
     *
     * @return true if so
     */
    public boolean isThere() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Asks for the sessions.
     *
     * @return in the order of their start
     * @throws KubetunException if the kernel does not answer
     */
    public List<SessionStatus> status() throws KubetunException {
        return sessions(ask("status", Map.of(), LOOKUP));
    }

    /**
     * Starts a session and waits until it is ready.
     *
     * @param request what it shall be
     * @param follow whether to stay until its end
     * @param progress told each step
     * @param ready told the session's id
     * @return the reason of the session's end; empty if it was not waited for
     * @throws KubetunException if the session did not start, or the kernel has gone
     */
    public String start(SessionRequest request, boolean follow, Progress progress, Consumer<String> ready)
            throws KubetunException {
        Map<String, Object> parameters = Map.of("session", RequestJson.encode(request), "follow", follow);
        return exchange("start", parameters, Optional.empty(), line -> {
                    if (line.hasPath("step")) {
                        progress.step(line.getString("step"));
                    }
                    if (line.hasPath("ready")) {
                        ready.accept(line.getString("ready"));
                    }
                })
                .getString("reason");
    }

    /**
     * Ends a session, and returns when nothing is left of it.
     *
     * @param session its id
     * @param reason why, for people
     * @throws KubetunException if there is no such session
     */
    public void stop(String session, String reason) throws KubetunException {
        ask("stop", Map.of("session", session, "reason", reason), ENDING);
    }

    /**
     * Starts one more mode of a session.
     *
     * @param session its id
     * @param mode the mode's name
     * @param options the mode's options, each checked by its type
     * @throws KubetunException if it did not start
     */
    public void add(String session, String mode, Config options) throws KubetunException {
        exchange(
                "add",
                Map.of(
                        "session",
                        session,
                        "mode",
                        mode,
                        "options",
                        options.root().unwrapped()),
                Optional.empty(),
                line -> {});
    }

    /**
     * Stops a mode of a session.
     *
     * @param session its id
     * @param mode the mode's name
     * @throws KubetunException if the session has it not, or has no other
     */
    public void drop(String session, String mode) throws KubetunException {
        ask("drop", Map.of("session", session, "mode", mode), ENDING);
    }

    /**
     * Lets the kernel serve health and metrics, as long as it lives.
     *
     * @param address where, of loopback
     * @throws KubetunException if it cannot listen there
     */
    public void http(InetSocketAddress address) throws KubetunException {
        ask("http", Map.of("ip", address.getAddress().getHostAddress(), "port", address.getPort()), LOOKUP);
    }

    /**
     * Ends the kernel and its sessions, whatever its version is. Its process ends right after.
     *
     * @return the process
     * @throws KubetunException if it does not answer
     */
    public long quit() throws KubetunException {
        return ask("quit", Map.of(), ENDING).getLong("pid");
    }

    /**
     * Tells the sessions now and whenever something about them changes, until the kernel ends.
     *
     * @param changed told the sessions
     * @throws KubetunException when the kernel has gone
     */
    public void watch(Consumer<List<SessionStatus>> changed) throws KubetunException {
        exchange("watch", Map.of(), Optional.empty(), line -> changed.accept(sessions(line)));
    }

    /**
     * Asks how a flow would go, by sending one.
     *
     * @param session the id of the session to ask; empty for those that own the name or address, or else all
     * @param host the name or literal that a program would connect to
     * @param port 1 to 65535
     * @return one explanation a session; none if there is no session
     * @throws KubetunException if the kernel cannot say
     */
    public List<Explanation> why(String session, String host, int port) throws KubetunException {
        return WhyAnswer.decode(ask("why", Map.of("session", session, "host", host, "port", port), DIALS));
    }

    private Config ask(String command, Map<String, Object> parameters, Duration limit) throws KubetunException {
        return exchange(command, parameters, Optional.of(limit), line -> {});
    }

    private Config exchange(
            String command, Map<String, Object> parameters, Optional<Duration> limit, Consumer<Config> each)
            throws KubetunException {
        try (ControlCall call = ControlCall.open(socket, command, parameters)) {
            Optional<Deadline> deadline = limit.map(time -> new Deadline(call, time));
            try {
                return call.finish(each);
            } finally {
                deadline.ifPresent(Deadline::close);
            }
        } catch (IOException | ConfigException e) {
            throw new KubetunException(
                    ErrorCode.SESSION_LOST,
                    "the kernel at " + socket + " did not answer",
                    String.valueOf(e.getMessage()),
                    "See what runs: kubetun status, and what it said: kubetun logs",
                    e);
        }
    }

    private static List<SessionStatus> sessions(Config line) {
        return line.getConfigList("sessions").stream().map(StatusJson::decode).toList();
    }
}
