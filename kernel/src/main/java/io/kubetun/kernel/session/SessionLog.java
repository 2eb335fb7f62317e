package io.kubetun.kernel.session;

import io.kubetun.spi.Progress;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.netty.util.NetUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What is logged about sessions: their events and their progress, each line marked with the session's id. Threads that a
 * session starts inherit its mark.
 */
public final class SessionLog {
    /** The key in the logging context under which a thread carries the id of its session. */
    public static final String KEY = "session";

    private static final Logger LOG = LoggerFactory.getLogger("io.kubetun.session");

    private SessionLog() {}

    /**
     * Logs the events of a bus from now on, if anybody wants to read them: without a log of level info a flow costs
     * nothing here.
     *
     * @param events the bus
     */
    public static void of(Events events) {
        if (LOG.isInfoEnabled()) {
            events.subscribe("log", event -> with(event.session(), () -> log(event)));
        }
    }

    /** The same progress, logged too. */
    static Progress of(String session, Progress progress) {
        return step -> {
            with(session, () -> LOG.info("{}", step));
            progress.step(step);
        };
    }

    /** The calling thread works for a session from now on, and so do those that it starts. */
    static void mark(String session) {
        MDC.put(KEY, session);
    }

    private static void with(String session, Runnable log) {
        String before = MDC.get(KEY);
        if (session.isEmpty()) {
            MDC.remove(KEY);
        } else {
            MDC.put(KEY, session);
        }
        try {
            log.run();
        } finally {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        }
    }

    private static void log(Event event) {
        switch (event) {
            case Event.SessionUp up -> LOG.info("ready: profile {}, modes {}", up.profile(), up.modes());
            case Event.SessionDown down -> LOG.info("ended: {}", down.reason());
            case Event.ModeFailed failed -> LOG.warn("the mode {} has failed: {}", failed.mode(), failed.reason());
            case Event.ListenerOpened opened ->
                LOG.info("listens on {}", NetUtil.toSocketAddressString(opened.address()));
            case Event.ListenerClosed closed ->
                LOG.info("no longer listens on {}", NetUtil.toSocketAddressString(closed.address()));
            case Event.DialFailed failed ->
                LOG.info("no way to {} ({}): {}", failed.target(), failed.reason(), failed.message());
            case Event.LinkLost lost -> LOG.warn("lost {}: {}", lost.link(), lost.reason());
            case Event.LinkRestored restored -> LOG.info("{} is there again", restored.link());
            case Event.EffectApplied applied -> LOG.info("changed: {}", applied.preview());
            case Event.EffectUndone undone -> LOG.info("taken back: {}", undone.preview());
            case Event.EventsLost lost -> LOG.warn("{} events are lost, the log was too slow for them", lost.count());
            default -> LOG.debug("{}", event);
        }
    }
}
