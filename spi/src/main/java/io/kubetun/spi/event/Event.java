package io.kubetun.spi.event;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Target;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Something that happened. Records only, without secrets. */
public sealed interface Event {
    /**
     * Says which session it belongs to.
     *
     * @return the id, or empty for the kernel itself
     */
    String session();

    /**
     * A session is ready.
     *
     * @param session its id
     * @param profile its profile
     * @param modes its modes
     */
    record SessionUp(String session, String profile, List<String> modes) implements Event {
        /** Takes a copy. */
        public SessionUp {
            modes = List.copyOf(modes);
        }
    }

    /**
     * A session has ended and left nothing behind.
     *
     * @param session its id
     * @param reason why, for people
     */
    record SessionDown(String session, String reason) implements Event {}

    /**
     * A mode that had started can no longer do its work; the session goes on, degraded. Published by the mode.
     *
     * @param session its session
     * @param mode its name
     * @param reason why, for people
     */
    record ModeFailed(String session, String mode, String reason) implements Event {}

    /**
     * A mode listens.
     *
     * @param session its session
     * @param address where
     */
    record ListenerOpened(String session, InetSocketAddress address) implements Event {}

    /**
     * A mode has stopped listening.
     *
     * @param session its session
     * @param address where it did
     */
    record ListenerClosed(String session, InetSocketAddress address) implements Event {}

    /**
     * A flow is open.
     *
     * @param session its session
     * @param flow its number in the session
     * @param target where it leads
     * @param dialNanos how long the dial took
     */
    record FlowOpened(String session, long flow, Target target, long dialNanos) implements Event {}

    /**
     * A flow has ended.
     *
     * @param session its session
     * @param flow its number in the session
     * @param target where it led
     * @param sent bytes towards the cluster
     * @param received bytes from the cluster
     * @param reset whether it was cut
     */
    record FlowClosed(String session, long flow, Target target, long sent, long received, boolean reset)
            implements Event {}

    /**
     * A dial failed.
     *
     * @param session its session
     * @param target where it should lead
     * @param reason what kind of failure
     * @param message why, for people
     */
    record DialFailed(String session, Target target, DialException.Reason reason, String message) implements Event {}

    /**
     * The endpoints of a Service changed.
     *
     * @param session the session that watches it
     * @param namespace the Service's namespace
     * @param service the Service's name
     * @param ready how many are ready now
     */
    record EndpointsChanged(String session, String namespace, String service, int ready) implements Event {}

    /**
     * A connection to the cluster was lost.
     *
     * @param session its session
     * @param link which one, for people
     * @param reason why
     */
    record LinkLost(String session, String link, String reason) implements Event {}

    /**
     * A connection to the cluster is there again.
     *
     * @param session its session
     * @param link which one, for people
     */
    record LinkRestored(String session, String link) implements Event {}

    /**
     * Links, addresses or routes of this machine have changed; several changes in a moment are one event.
     *
     * @param session always empty
     * @param interfaces the names of the interfaces; empty if any may have changed
     */
    record NetworkChanged(String session, Set<String> interfaces) implements Event {
        /** Takes a copy. */
        public NetworkChanged {
            interfaces = Set.copyOf(interfaces);
        }
    }

    /**
     * This machine, or this process, has stood still and goes on.
     *
     * @param session always empty
     * @param stood for how long, as far as it can be told
     */
    record Resumed(String session, Duration stood) implements Event {}

    /**
     * A change to host or cluster was made.
     *
     * @param session its session
     * @param kind the effect's kind
     * @param preview what it did, for people
     */
    record EffectApplied(String session, String kind, String preview) implements Event {}

    /**
     * A change to host or cluster was taken back.
     *
     * @param session its session
     * @param kind the effect's kind
     * @param preview what was undone, for people
     */
    record EffectUndone(String session, String kind, String preview) implements Event {}

    /**
     * The reader of this event was too slow.
     *
     * @param session always empty
     * @param count how many events it has lost since the last one it saw
     */
    record EventsLost(String session, long count) implements Event {}
}
