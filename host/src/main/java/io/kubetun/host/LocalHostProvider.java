package io.kubetun.host;

import io.kubetun.host.helper.HelperClient;
import io.kubetun.host.hosts.HostsFile;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.HostProvider;
import java.nio.file.Path;
import java.util.Optional;

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
}
