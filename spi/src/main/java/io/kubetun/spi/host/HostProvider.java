package io.kubetun.spi.host;

import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.Optional;

/** Opens this machine: the service by which the kernel finds it. Stateless. */
public interface HostProvider {
    /**
     * Opens the host.
     *
     * @param helper the socket of the privileged helper, if this session was started with one
     * @return the host
     * @throws KubetunException if the helper does not answer
     */
    Host open(Optional<Path> helper) throws KubetunException;
}
