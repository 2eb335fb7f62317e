package io.kubetun.kernel.session;

import io.kubetun.kernel.session.SessionStatus.State;
import io.kubetun.spi.event.Event;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The state machine of a session, fed with the session's own events. Thread-safe. */
final class SessionState {
    /** Lost links that are remembered by name; one more is not, and the state is right all the same. */
    private static final int MAX_LINKS = 256;

    private final Map<String, String> lostLinks = new LinkedHashMap<>();
    private final Map<String, String> failedModes = new LinkedHashMap<>();
    private boolean ready;
    private boolean stopping;

    synchronized void ready() {
        ready = true;
    }

    synchronized void stopping() {
        stopping = true;
    }

    /** Learns from what a cluster or a mode published. */
    synchronized void learn(Event event) {
        switch (event) {
            case Event.LinkLost lost
            when lostLinks.size() < MAX_LINKS || lostLinks.containsKey(lost.link()) ->
                lostLinks.put(lost.link(), lost.reason());
            case Event.LinkRestored restored -> lostLinks.remove(restored.link());
            case Event.ModeFailed failed -> failedModes.put(failed.mode(), failed.reason());
            default -> {
                // Nothing that a session's state depends on.
            }
        }
    }

    /** A mode was stopped: that it had failed is past. */
    synchronized void modeGone(String mode) {
        failedModes.remove(mode);
    }

    /** The cluster is another one. */
    synchronized void clusterGone() {
        lostLinks.clear();
    }

    /** Why a mode has failed, if it has. */
    synchronized Optional<String> failure(String mode) {
        return Optional.ofNullable(failedModes.get(mode));
    }

    synchronized State state() {
        if (stopping) {
            return State.STOPPING;
        }
        if (!ready) {
            return State.STARTING;
        }
        if (!lostLinks.isEmpty()) {
            return State.RECONNECTING;
        }
        return failedModes.isEmpty() ? State.READY : State.DEGRADED;
    }

    synchronized Optional<String> why() {
        return switch (state()) {
            case RECONNECTING -> first(lostLinks);
            case DEGRADED -> first(failedModes);
            case STARTING, READY, STOPPING -> Optional.empty();
        };
    }

    private static Optional<String> first(Map<String, String> reasons) {
        return reasons.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .findFirst();
    }
}
