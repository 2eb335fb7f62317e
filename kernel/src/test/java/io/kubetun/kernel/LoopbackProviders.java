package io.kubetun.kernel;

import com.typesafe.config.Config;
import io.kubetun.kernel.flow.LoopbackDialer;
import io.kubetun.kernel.flow.LoopbackHost;
import io.kubetun.kernel.journal.FileEffect;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.ClusterProvider;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.HostProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An installation whose cluster is this machine. Says on {@link #journal} what is opened and closed. */
final class LoopbackProviders implements ClusterProvider, HostProvider {
    final List<String> journal = new CopyOnWriteArrayList<>();
    final Map<String, ModeFactory> modes = new LinkedHashMap<>();
    final List<ClusterEnvironment> environments = new CopyOnWriteArrayList<>();
    volatile boolean unreachable;

    InstalledServices services() {
        return new InstalledServices(
                name -> Optional.ofNullable(modes.get(name)), this, this, List.of(new FileEffect.Type()));
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public Cluster open(Config options, ClusterEnvironment environment) {
        environments.add(environment);
        journal.add("open cluster");
        return new LoopbackCluster(
                environment,
                options.hasPath("context") ? options.getString("context") : "loopback/x",
                options.hasPath("down"));
    }

    @Override
    public Host open(Optional<Path> helper) {
        journal.add("open host");
        return new LoopbackHost();
    }

    private final class LoopbackCluster implements Cluster {
        private final ClusterEnvironment environment;
        private final String context;
        private final boolean down;

        LoopbackCluster(ClusterEnvironment environment, String context, boolean down) {
            this.environment = environment;
            this.context = context;
            this.down = down;
        }

        @Override
        public Identity identity() {
            return new Identity(context, URI.create("https://127.0.0.1:6443"), "lab");
        }

        @Override
        public String check() throws KubetunException {
            if (unreachable || down) {
                throw new KubetunException(
                        ErrorCode.CLUSTER_UNREACHABLE, "cannot reach it", "it is down", "kubectl version");
            }
            return "v1.34.4";
        }

        @Override
        public Dialer dialer() {
            return new LoopbackDialer(environment.transport());
        }

        @Override
        public Watch watchServices(ServiceSelection selection, ServiceListener listener) {
            journal.add("watch");
            return () -> journal.add("unwatch");
        }

        @Override
        public void close() {
            journal.add("close cluster");
        }
    }
}
