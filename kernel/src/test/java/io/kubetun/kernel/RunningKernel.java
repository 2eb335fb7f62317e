package io.kubetun.kernel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A kernel with a server that its sessions lead to. */
final class RunningKernel implements AutoCloseable {
    final LoopbackProviders installation = new LoopbackProviders();
    final List<String> progress = new CopyOnWriteArrayList<>();
    final KernelSettings settings;
    final Kernel kernel;
    private final Path folder;
    private final ServerSocket server;

    RunningKernel(Path folder) throws IOException, KubetunException {
        this.folder = folder;
        settings = new KernelSettings(folder.resolve("state"), folder.resolve("run"), 2, 100);
        server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        for (String mode : List.of("one", "two", "three")) {
            installation.modes.put(mode, new ForwardFactory(mode, installation.journal::add));
        }
        kernel = new Kernel(settings, installation.services(), Optional.empty());
    }

    Session start(Profile profile) throws KubetunException, InterruptedException {
        return kernel.start(SessionRequest.here(profile, Optional.empty()), progress::add);
    }

    Profile profile(String... modes) {
        return profile(ConfigFactory.empty(), modes);
    }

    Profile profile(Config cluster, String... modes) {
        Map<String, Config> options = new LinkedHashMap<>();
        for (String mode : modes) {
            options.put(mode, options(mode));
        }
        return profile(cluster, options);
    }

    static Profile profile(Config cluster, Map<String, Config> modes) {
        return new Profile("test", Optional.empty(), cluster, modes, ConfigFactory.empty());
    }

    Config options(String mode) {
        return options(mode, Map.of());
    }

    Config options(String mode, Map<String, Object> more) {
        Map<String, Object> options = new LinkedHashMap<>(more);
        options.put("target", server.getLocalPort());
        options.put("file", file(mode).toString());
        return ConfigFactory.parseMap(options);
    }

    Path file(String mode) {
        return folder.resolve(mode);
    }

    Flow flow(Session session, String mode) throws IOException {
        InetSocketAddress entrance = entrance(session, mode);
        Socket client = new Socket(entrance.getAddress(), entrance.getPort());
        client.setSoTimeout(10_000);
        server.setSoTimeout(10_000);
        return new Flow(client, server.accept());
    }

    InetSocketAddress entrance(Session session, String mode) {
        return status(session, mode).listening().getFirst().address();
    }

    ModeStatus status(Session session, String mode) {
        return session.status().modes().stream()
                .filter(each -> each.name().equals(mode))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        kernel.close();
        server.close();
    }

    /** A flow through a session, both ends held here. */
    record Flow(Socket client, Socket server) implements AutoCloseable {
        /** Sends a byte and sees it arrive. */
        boolean carries(int value) throws IOException {
            client.getOutputStream().write(value);
            return server.getInputStream().read() == value;
        }

        /** Waits for its end: cut or closed. */
        boolean ends() {
            try {
                return client.getInputStream().read() < 0;
            } catch (IOException cut) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }
}
