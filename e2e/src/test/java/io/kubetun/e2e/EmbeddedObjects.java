package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.journal.JournaledEffects;
import io.kubetun.kube.KubeClusterProvider;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An embedded cluster with the namespace {@code lab}, and sessions that change objects of it, with the real journal. */
abstract class EmbeddedObjects {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What gateways and agents run unless another image is named. */
    static final String IMAGE = "kubetun.io/gateway:0.1.0";

    @TempDir
    Path folder;

    final List<String> progress = new CopyOnWriteArrayList<>();
    final List<AutoCloseable> open = new ArrayList<>();
    EmbeddedCluster kubernetes;
    private final EventBus events = new EventBus();
    private final NettyTransport loops = new NettyTransport(1, NettyTransport.pool(1));

    @BeforeEach
    void start() throws Exception {
        kubernetes = EmbeddedCluster.start();
        kubernetes.namespace("lab");
        kubernetes.image(IMAGE, setup -> {});
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        kubernetes.close();
        loops.close();
        events.close();
    }

    /** One person's session. */
    class Session {
        final String id;
        final Cluster cluster;
        final JournaledEffects effects;

        Session(String id, EmbeddedUser user, String options) throws Exception {
            this.id = id;
            Path kubeconfig = folder.resolve(id + ".yaml");
            user.kubeconfig(kubeconfig, Credentials.TOKEN, "lab");
            cluster = new KubeClusterProvider()
                    .open(
                            ConfigFactory.parseString("kubeconfig=\"" + kubeconfig + "\"," + options),
                            new ClusterEnvironment(
                                    id, loops, events, progress::add, Map.of("HOME", folder.toString())));
            effects = JournaledEffects.ofSession(id, folder.resolve("journal"), events);
            open.add(cluster);
        }

        void leave() {
            assertThat(effects.undoAll()).isEmpty();
        }
    }

    /** What the journal of a dead process looks like: its name holds the process. */
    Path dead(String name) throws IOException {
        Path dead = Files.createDirectory(folder.resolve(name));
        try (var files = Files.list(folder.resolve("journal"))) {
            for (Path file : files.toList()) {
                String renamed = file.getFileName().toString().replaceFirst("\\.\\d+-[0-9a-f]+\\.", ".999999999-1.");
                Files.copy(file, dead.resolve(renamed));
            }
        }
        return dead;
    }
}
