package io.kubetun.plugin.hostsfwd;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A session of the mode under test: real sockets on loopback, a hosts file in a folder, a cluster that the test plays. */
final class TestSession implements SessionContext, AutoCloseable {
    final TestCluster cluster;
    final LoopbackFlows flows;
    final LoopbackDialer dialer;
    final FolderHost host = new FolderHost();
    final List<String> said = new CopyOnWriteArrayList<>();
    final Path hostsFile;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final String id;
    private final Path state;
    private final Path shared;
    private final List<Mode> modes = new ArrayList<>();

    TestSession(Path home) throws IOException {
        this(home, "s1", "kind-lab", "https://127.0.0.1:6443");
    }

    TestSession(Path home, String id, String context, String server) throws IOException {
        this.id = id;
        this.cluster = new TestCluster(new Cluster.Identity(context, URI.create(server), "lab"));
        this.flows = new LoopbackFlows(loops);
        this.dialer = new LoopbackDialer();
        this.state =
                Files.createDirectories(home.resolve("state").resolve(context).resolve(id));
        this.shared = Files.createDirectories(home.resolve("shared"));
        this.hostsFile = home.resolve("hosts");
        if (!Files.exists(hostsFile)) {
            Files.writeString(hostsFile, "127.0.0.1 localhost\n10.9.9.9 mine.example # kept\n");
        }
    }

    /** Starts the mode with options in HOCON. */
    HostsForwardMode start(String options) throws KubetunException, InterruptedException {
        return start(options, Duration.ofMinutes(1));
    }

    HostsForwardMode start(String options, Duration linger) throws KubetunException, InterruptedException {
        ForwardOptions parsed = ForwardOptions.of(
                ConfigFactory.parseString(options)
                        .withFallback(ConfigFactory.parseMap(Map.of("hosts-path", hostsFile.toString()))),
                cluster.identity().namespace());
        HostsForwardMode mode = new HostsForwardMode(this, parsed, linger);
        modes.add(mode);
        mode.start();
        return mode;
    }

    /** The lines of the hosts file that are kubetun's. */
    List<String> ourHosts() throws IOException {
        return Files.readAllLines(hostsFile).stream()
                .filter(line -> line.contains("#kubetun:"))
                .toList();
    }

    /** The address behind a name in the hosts file; empty text if it is not there. */
    String lookup(String name) throws IOException {
        for (String line : Files.readAllLines(hostsFile)) {
            List<String> words = List.of(line.replaceAll("#.*", "").strip().split("\\s+", -1));
            if (words.subList(1, words.size()).contains(name)) {
                return words.getFirst();
            }
        }
        return "";
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String profile() {
        return "test";
    }

    @Override
    public Cluster cluster() {
        return cluster;
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public Effects effects() {
        return host.effects();
    }

    @Override
    public Events events() {
        return new Events() {
            @Override
            public void publish(Event event) {}

            @Override
            public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
                throw new UnsupportedOperationException("the mode reads no events");
            }
        };
    }

    @Override
    public Flows flows() {
        return flows;
    }

    @Override
    public Progress progress() {
        return said::add;
    }

    @Override
    public Path stateFolder() {
        return state;
    }

    @Override
    public Path sharedFolder() {
        return shared;
    }

    @Override
    public void close() throws IOException {
        modes.forEach(Mode::stop);
        dialer.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
