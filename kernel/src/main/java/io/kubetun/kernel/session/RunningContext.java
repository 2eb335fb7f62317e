package io.kubetun.kernel.session;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.PacketBus;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import java.nio.file.Path;

/** What a session hands to its modes. */
record RunningContext(
        String id,
        String profile,
        Cluster cluster,
        Dialer dialer,
        Host host,
        Effects effects,
        Events events,
        Flows flows,
        PacketBus packets,
        Progress progress,
        Path stateFolder,
        Path sharedFolder)
        implements SessionContext {
    /** The same session, with what one mode has for itself. */
    RunningContext with(
            Cluster ofMode, Dialer dialing, Effects changes, Events bus, Flows listening, PacketBus devices) {
        return new RunningContext(
                id,
                profile,
                ofMode,
                dialing,
                host,
                changes,
                bus,
                listening,
                devices,
                progress,
                stateFolder,
                sharedFolder);
    }
}
