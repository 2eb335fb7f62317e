package io.kubetun.kernel.session;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.host.Effects;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The session's cluster as one mode sees it: closing ends the mode's watches, not the cluster. Thread-safe. */
final class ScopedCluster implements Cluster {
    private final Cluster session;
    private final Dialer dialer;
    private final SessionTranslations translations;
    private final Set<Watch> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ScopedCluster(Cluster session, Dialer dialer, SessionTranslations translations) {
        this.translations = translations;
        this.session = session;
        this.dialer = dialer;
    }

    @Override
    public Identity identity() {
        return session.identity();
    }

    @Override
    public String check() throws KubetunException {
        return session.check();
    }

    @Override
    public List<Finding> examine(List<Permission> needs) {
        return session.examine(needs);
    }

    @Override
    public Explanation explain(Target target) throws InterruptedException {
        return session.explain(target);
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    @Override
    public ClusterAddresses addresses() throws KubetunException {
        return session.addresses();
    }

    @Override
    public Watch watchServices(ServiceSelection selection, ServiceListener listener)
            throws KubetunException, InterruptedException {
        Watch scoped = new Scoped(session.watchServices(selection, listener));
        open.add(scoped);
        if (closed) {
            scoped.close();
        }
        return scoped;
    }

    @Override
    public Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException, InterruptedException {
        return session.intercept(request, effects, progress);
    }

    @Override
    public Names names() {
        return translations.of(session.names());
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(Watch::close);
    }

    private final class Scoped implements Watch {
        private final Watch watch;

        Scoped(Watch watch) {
            this.watch = watch;
        }

        @Override
        public void close() {
            open.remove(this);
            watch.close();
        }
    }
}
