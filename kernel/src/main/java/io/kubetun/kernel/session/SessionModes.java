package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The modes of one session: all of them start, in order, or none stays. Errors of a plugin stay within its mode. */
final class SessionModes {
    private static final Logger LOG = LoggerFactory.getLogger(SessionModes.class);

    /** How long all modes together may take to stop; what is not done then goes on without being waited for. */
    private static final Duration STOP_LIMIT = Duration.ofMillis(600);

    private final List<Entry> created = new CopyOnWriteArrayList<>();
    private final List<Entry> started = new CopyOnWriteArrayList<>();

    /** Makes all modes of a profile: contradictions are found before anything starts. */
    void create(Map<String, Config> options, Function<String, Optional<ModeFactory>> factories, SessionContext context)
            throws KubetunException {
        for (Map.Entry<String, Config> each : options.entrySet()) {
            String name = each.getKey();
            ModeFactory factory = factories
                    .apply(name)
                    .orElseThrow(() -> new KubetunException(
                            ErrorCode.PLUGIN_UNKNOWN,
                            "cannot start the mode " + name,
                            "no plugin provides it",
                            "See what there is: kubetun plugins"));
            try {
                created.add(new Entry(name, factory.create(context, each.getValue())));
            } catch (RuntimeException | LinkageError e) {
                throw broken(name, e);
            }
        }
    }

    /** Starts them in order. After an exception the caller stops the started ones. */
    void start() throws KubetunException, InterruptedException {
        for (Entry entry : created) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            try {
                entry.mode.start();
            } catch (RuntimeException | LinkageError e) {
                throw broken(entry.name, e);
            }
            started.add(entry);
        }
    }

    /** Stops the started ones, the last one first. */
    void stop() {
        Thread stopper = Thread.ofVirtual().name("modes-stop").start(() -> {
            for (Entry entry : started.reversed()) {
                try {
                    entry.mode.stop();
                } catch (RuntimeException | LinkageError e) {
                    LOG.warn("the mode {} failed to stop", entry.name, e);
                }
            }
        });
        try {
            if (!stopper.join(STOP_LIMIT)) {
                LOG.warn("the modes take longer than {} to stop", STOP_LIMIT);
                stopper.interrupt();
            }
        } catch (InterruptedException e) {
            stopper.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    List<String> names() {
        return created.stream().map(Entry::name).toList();
    }

    List<ModeStatus> status() {
        List<ModeStatus> status = new ArrayList<>();
        for (Entry entry : created) {
            List<Mode.Listening> listening = List.of();
            try {
                listening = entry.mode.listening();
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("the mode {} does not say where it listens", entry.name, e);
            }
            status.add(new ModeStatus(entry.name, listening));
        }
        return status;
    }

    private static KubetunException broken(String name, Throwable cause) {
        return new KubetunException(
                ErrorCode.PLUGIN_BROKEN,
                "cannot start the mode " + name,
                "its plugin failed (" + cause + ")",
                "See where it comes from: kubetun plugins",
                cause);
    }

    private record Entry(String name, Mode mode) {}
}
