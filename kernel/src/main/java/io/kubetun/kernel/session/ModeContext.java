package io.kubetun.kernel.session;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.NameServing;
import io.kubetun.spi.PacketBus;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import java.nio.file.Path;

/**
 * What a session, or the plan of one, hands to its modes.
 *
 * @param id the session's id
 * @param profile the name of the profile or command
 * @param cluster the cluster that is joined
 * @param dialer the way into it
 * @param host this machine
 * @param effects where changes are made, or noted
 * @param events the event bus
 * @param flows what listens, or notes where it would
 * @param packets what reads from devices
 * @param translations which addresses are others here
 * @param inbound what comes in from the cluster
 * @param nameServing who stands in for the cluster's own name server
 * @param progress where lines for the person go
 * @param stateFolder the folder of this cluster and profile
 * @param sharedFolder the folder of all sessions of the user
 * @param dryRun whether it is a plan
 */
public record ModeContext(
        String id,
        String profile,
        Cluster cluster,
        Dialer dialer,
        Host host,
        Effects effects,
        Events events,
        Flows flows,
        PacketBus packets,
        SessionTranslations translations,
        Inbound inbound,
        NameServing nameServing,
        Progress progress,
        Path stateFolder,
        Path sharedFolder,
        boolean dryRun)
        implements SessionContext {
    /** The same session, with what one mode has for itself. */
    ModeContext with(Cluster ofMode, Dialer dialing, Effects changes, Events bus, Flows listening, PacketBus devices) {
        return new ModeContext(
                id,
                profile,
                ofMode,
                dialing,
                host,
                changes,
                bus,
                listening,
                devices,
                translations,
                inbound,
                nameServing,
                progress,
                stateFolder,
                sharedFolder,
                dryRun);
    }
}
