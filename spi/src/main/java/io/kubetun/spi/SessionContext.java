package io.kubetun.spi;

import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import java.nio.file.Path;

/** The session that a mode runs in. Safe for use by several threads. */
public interface SessionContext {
    /**
     * Returns the session's id: short, unique among the living sessions of this user.
     *
     * @return the id
     */
    String id();

    /**
     * Returns the name of the profile, or of the command for an ad-hoc session.
     *
     * @return the name
     */
    String profile();

    /**
     * Returns the cluster that the session joins.
     *
     * @return the cluster
     */
    Cluster cluster();

    /**
     * Returns the way into the cluster: counted, limited, and told on the event bus.
     *
     * @return the dialer of this session
     */
    Dialer dialer();

    /**
     * Returns this machine.
     *
     * @return the host
     */
    Host host();

    /**
     * Returns the only door for changes to host or cluster: journalled before they happen, undone at the session's end.
     *
     * @return the effects of this session
     */
    Effects effects();

    /**
     * Returns the event bus.
     *
     * @return where to publish and read
     */
    Events events();

    /**
     * Returns what accepts local connections and joins them to dialled ones.
     *
     * @return the flow listeners of this session
     */
    Flows flows();

    /**
     * Returns what reads packets from devices.
     *
     * @return the packet bus of this session
     */
    default PacketBus packets() {
        throw new UnsupportedOperationException("this session has no packets");
    }

    /**
     * Returns which addresses of the cluster are others on this machine.
     *
     * @return the translations of this session, for all of its modes
     */
    default Translations translations() {
        throw new UnsupportedOperationException("this session translates nothing");
    }

    /**
     * Returns what takes flows that come out of the cluster.
     *
     * @return the inbound flows of this session
     */
    default Inbound inbound() {
        throw new UnsupportedOperationException("nothing comes in to this session");
    }

    /**
     * Returns who stands in for the cluster's own name server.
     *
     * @return what the modes of this session tell each other of it
     */
    default NameServing nameServing() {
        throw new UnsupportedOperationException("this session answers no questions in the cluster's place");
    }

    /**
     * Returns where a line of progress for the person goes.
     *
     * @return progress
     */
    Progress progress();

    /**
     * Returns a folder, mode 0700, that outlives the session and belongs to this user, this cluster and this
     * profile, for what should be the same next time.
     *
     * @return an existing folder
     */
    Path stateFolder();

    /**
     * Returns a folder, mode 0700, that outlives sessions and that all sessions of this user share, of every cluster
     * and profile, in this process and others: for what must not be given twice on this machine. A mode keeps its
     * files in a sub-folder with its own name and changes them under a file lock.
     *
     * @return an existing folder
     */
    Path sharedFolder();

    /**
     * Says whether this is a session that only shows what it would do: effects are noted and not made, listeners are not
     * opened and have the address that was asked for, folders are copies. A mode need not ask, unless it would change
     * something past {@link #effects}, which it should not.
     *
     * @return true for {@code plan} and {@code --dry-run}
     */
    default boolean dryRun() {
        return false;
    }
}
