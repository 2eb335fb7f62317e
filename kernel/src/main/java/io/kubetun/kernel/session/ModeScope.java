package io.kubetun.kernel.session;

import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.packet.ModePackets;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SessionContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one mode has opened or changed through its session, so that it can be taken back without asking the mode and
 * without touching the others: listeners, flows, dialled channels, changes, watches, subscriptions. Thread-safe.
 */
final class ModeScope {
    private static final Logger LOG = LoggerFactory.getLogger(ModeScope.class);

    private final String mode;
    private final SessionFlows flows;
    private final CountingDialer dialer;
    private final ScopedEffects effects;
    private final ScopedEvents events;
    private final ScopedCluster cluster;
    private final ModePackets packets = new ModePackets();
    private final SessionContext context;

    ModeScope(String mode, ModeContext session, SessionFlows sessionFlows, CountingDialer sessionDialer) {
        this.mode = mode;
        flows = sessionFlows.ofMode(mode);
        dialer = sessionDialer.ofMode(mode);
        effects = new ScopedEffects(mode, session.effects());
        events = new ScopedEvents(session.events());
        cluster = new ScopedCluster(session.cluster(), dialer, session.translations());
        context = session.with(cluster, dialer, effects, events, flows, packets);
    }

    SessionContext context() {
        return context;
    }

    /** No new connections and dials from now on. */
    void stopIntake() {
        flows.stopIntake();
        dialer.close();
    }

    /** Begins to cut what is still open. */
    void cut() {
        flows.cut();
        dialer.cut();
    }

    void awaitGone(long deadline) {
        flows.awaitGone(deadline);
    }

    /** Takes the mode's changes back, devices first: until now they carried the resets of what was cut. Returns what could not be. */
    List<KubetunException> undo() {
        packets.close();
        return effects.undoAll();
    }

    /** Ends watches and subscriptions. */
    void release() {
        for (AutoCloseable each : List.of(cluster, events)) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("what the mode {} listened to did not close", mode, e);
            }
        }
    }
}
