package io.kubetun.kernel.plan;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import java.nio.file.Path;

/** What a plan hands to a mode. */
record PlanContext(
        String id,
        String profile,
        Cluster cluster,
        Dialer dialer,
        Host host,
        Effects effects,
        Events events,
        Flows flows,
        Progress progress,
        Path stateFolder,
        Path sharedFolder)
        implements SessionContext {
    @Override
    public boolean dryRun() {
        return true;
    }
}
