package io.kubetun.host;

import io.kubetun.host.examine.HostExamination;
import io.kubetun.host.helper.HelperClient;
import io.kubetun.host.hosts.HostsFile;
import io.kubetun.host.network.LinuxNetworkWatch;
import io.kubetun.host.network.MacNetworkWatch;
import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.HostProvider;
import io.kubetun.spi.host.NetworkChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Opens the machine that this process runs on. */
public final class LocalHostProvider implements HostProvider {
    private final Optional<Path> backups;

    /** Makes the provider; originals of hosts files go to {@link HostsFile#defaultBackups}. */
    public LocalHostProvider() {
        this(Optional.empty());
    }

    /**
     * Makes a provider that keeps the originals of hosts files elsewhere.
     *
     * @param backups the folder, made when needed
     */
    public LocalHostProvider(Path backups) {
        this(Optional.of(backups));
    }

    private LocalHostProvider(Optional<Path> backups) {
        this.backups = backups;
    }

    @Override
    public Host open(Optional<Path> helper) throws KubetunException {
        Optional<HelperClient> client = Optional.empty();
        if (helper.isPresent()) {
            client = Optional.of(HelperClient.connect(helper.get()));
        }
        return new LocalHost(client, backups);
    }

    @Override
    public List<Finding> examine(Set<String> living) {
        return new HostExamination(Path.of("/")).examine(living);
    }

    @Override
    public NetworkWatch watchNetwork(Consumer<NetworkChange> told) {
        return switch (System.getProperty("os.name", "")) {
            case "Linux" -> LinuxNetworkWatch.start(told);
            case "Mac OS X" -> MacNetworkWatch.start(told);
            default -> HostProvider.super.watchNetwork(told);
        };
    }
}
