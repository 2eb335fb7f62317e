package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.Sessions;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Events;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what other processes of this user ask of a kernel. Each command runs on a thread of its own, which may block.
 *
 * @param sessions the kernel's sessions
 * @param events what {@code watch} looks at
 * @param http serves health and metrics
 */
public record ControlCommands(Sessions sessions, Events events, Http http) {
    /** Serves health and metrics on an address of loopback, as long as the kernel lives. */
    @FunctionalInterface
    public interface Http {
        /**
         * Listens; on an address that is served already nothing changes.
         *
         * @param address where
         * @return where it listens
         * @throws KubetunException if it cannot listen there
         */
        InetSocketAddress open(InetSocketAddress address) throws KubetunException;
    }

    /** What a status that is watched is sent at most once in. */
    private static final Duration WATCH_PAUSE = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);

    void answer(Config request, Replies replies) {
        try {
            int version = request.getInt("version");
            String command = request.getString("command");
            // An old kernel must be able to make room for a new one, whatever the new one speaks.
            if (version != ControlMessage.VERSION && !command.equals("quit")) {
                throw new KubetunException(
                        ErrorCode.KERNEL_UNUSABLE,
                        "cannot ask the kernel of process "
                                + ProcessHandle.current().pid(),
                        "it speaks version " + ControlMessage.VERSION
                                + " of the control protocol and this kubetun version " + version,
                        "End it, and its sessions, and start them anew: kubetun quit");
            }
            run(command, request, replies);
        } catch (KubetunException e) {
            replies.end(ControlMessage.failure(e));
        } catch (ConfigException e) {
            replies.end(ControlMessage.failure(new KubetunException(
                    ErrorCode.USAGE,
                    "cannot understand a request",
                    String.valueOf(e.getMessage()),
                    "Compare the versions: kubetun version",
                    e)));
        } catch (InterruptedException e) {
            replies.end(ControlMessage.failure(new KubetunException(
                    ErrorCode.INTERRUPTED, "stopped", "it was interrupted", "See: kubetun status", e)));
        } catch (RuntimeException e) {
            LOG.warn("a control request failed", e);
            replies.end(ControlMessage.failure(new KubetunException(
                    ErrorCode.INTERNAL,
                    "the kernel could not do it",
                    e.toString(),
                    "See what it says: kubetun logs",
                    e)));
        }
    }

    private void run(String command, Config request, Replies replies) throws KubetunException, InterruptedException {
        switch (command) {
            case "status" -> replies.end(Map.of("ok", true, "sessions", status()));
            case "why" -> replies.end(WhyAnswer.answer(sessions, request));
            case "watch" -> watch(replies);
            case "start" -> start(request, replies);
            case "stop" -> {
                find(request).close(request.getString("reason"));
                replies.end(Map.of("ok", true));
            }
            case "add" -> {
                find(request).add(request.getString("mode"), request.getConfig("options"));
                replies.end(Map.of("ok", true));
            }
            case "drop" -> {
                find(request).drop(request.getString("mode"));
                replies.end(Map.of("ok", true));
            }
            case "http" -> {
                InetAddress ip = InetAddress.ofLiteral(request.getString("ip"));
                http.open(new InetSocketAddress(ip, request.getInt("port")));
                replies.end(Map.of("ok", true));
            }
            // Whoever runs the kernel ends it when its sessions are closed.
            case "quit" -> {
                replies.end(Map.of("ok", true, "pid", ProcessHandle.current().pid()));
                sessions.close();
            }
            default ->
                throw new KubetunException(
                        ErrorCode.USAGE,
                        "cannot do '" + command + "'",
                        "the kernel knows no such command",
                        "Compare the versions: kubetun version");
        }
    }

    /** The session is its asker's until it is ready: when that one goes away before, nothing of it stays. */
    private void start(Config request, Replies replies) throws KubetunException, InterruptedException {
        SessionRequest wanted = RequestJson.decode(request.getConfig("session"));
        boolean follow = request.getBoolean("follow");
        Thread starter = Thread.currentThread();
        AtomicBoolean ready = new AtomicBoolean();
        replies.onGone(() -> {
            if (!ready.get()) {
                starter.interrupt();
            }
        });
        Session session = sessions.start(wanted, line -> replies.send(Map.of("step", line)));
        ready.set(true);
        replies.send(Map.of("ready", session.id()));
        if (follow) {
            session.ended().thenAccept(reason -> replies.end(Map.of("ok", true, "reason", reason)));
        } else {
            replies.end(Map.of("ok", true, "reason", ""));
        }
    }

    private void watch(Replies replies) throws InterruptedException {
        Thread watcher = Thread.currentThread();
        replies.onGone(watcher::interrupt);
        Semaphore changed = new Semaphore(1);
        try (Events.Subscription _ = events.subscribe("control-watch", event -> changed.release())) {
            while (true) {
                changed.acquire();
                changed.drainPermits();
                replies.send(Map.of("sessions", status()));
                Thread.sleep(WATCH_PAUSE);
            }
        } catch (InterruptedException gone) {
            LOG.debug("a watcher has gone");
        }
    }

    private List<Map<String, Object>> status() {
        return sessions.all().stream()
                .map(Session::status)
                .map(StatusJson::encode)
                .toList();
    }

    private Session find(Config request) throws KubetunException {
        String id = request.getString("session");
        return sessions.find(id)
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.SESSION_UNKNOWN,
                        "cannot find session " + id,
                        "no session that runs has this id",
                        "See them: kubetun status"));
    }
}
