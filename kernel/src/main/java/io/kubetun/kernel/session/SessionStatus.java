package io.kubetun.kernel.session;

import io.kubetun.spi.Mode.Listening;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A session at one moment.
 *
 * @param id its id
 * @param profile the name of its profile, or of the command for an ad-hoc session
 * @param context the cluster's context; empty until the cluster is open
 * @param server the URL of the API server; empty until then
 * @param namespace the active namespace; empty until then
 * @param state what it is doing
 * @param why the reason for the state, if there is more to say
 * @param since when it was started
 * @param modes its modes in the order of the profile
 * @param gateway the gateway that flows go through, if there is one
 * @param agentless why flows go through no gateway, if one was wanted
 * @param flowsOpen flows that are open
 * @param flowsTotal flows that were ever opened
 * @param flowsFailed dials that failed
 * @param bytesSent bytes towards the cluster
 * @param bytesReceived bytes from the cluster
 */
public record SessionStatus(
        String id,
        String profile,
        String context,
        String server,
        String namespace,
        State state,
        Optional<String> why,
        Instant since,
        List<ModeStatus> modes,
        Optional<String> gateway,
        Optional<String> agentless,
        long flowsOpen,
        long flowsTotal,
        long flowsFailed,
        long bytesSent,
        long bytesReceived) {
    /** Takes a copy. */
    public SessionStatus {
        modes = List.copyOf(modes);
    }

    /** What a session is doing. */
    public enum State {
        /** Its modes are not all started yet. */
        STARTING,
        /** All is well. */
        READY,
        /** One of its modes has failed. */
        DEGRADED,
        /** A link to the cluster is lost and is being made again. */
        RECONNECTING,
        /** It is ending. */
        STOPPING
    }

    /** What a mode is doing. */
    public enum ModeState {
        /** It is not ready yet. */
        STARTING,
        /** All is well. */
        READY,
        /** It cannot do its work any more. */
        FAILED,
        /** It is ending. */
        STOPPING
    }

    /**
     * A mode of the session.
     *
     * @param name its name
     * @param state what it is doing
     * @param why why it failed, if it has
     * @param listening where it listens
     * @param notes what else to know of it
     */
    public record ModeStatus(
            String name, ModeState state, Optional<String> why, List<Listening> listening, List<String> notes) {
        /** Takes copies. */
        public ModeStatus {
            notes = List.copyOf(notes);
            listening = List.copyOf(listening);
        }
    }
}
