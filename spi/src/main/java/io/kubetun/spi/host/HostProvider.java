package io.kubetun.spi.host;

import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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

    /**
     * Looks whether this machine is as kubetun needs it. Blocks; changes nothing.
     *
     * @param living the ids of this user's sessions that run
     * @return what was found, one finding a question
     */
    default List<Finding> examine(Set<String> living) {
        return List.of();
    }

    /**
     * Tells of changes of links, addresses and routes from now on. Returns at once; needs no privilege.
     *
     * @param told called for each, also for those that come in quick succession, by one thread at a time
     * @return stops it; one that never tells anything where this machine cannot say
     */
    default NetworkWatch watchNetwork(Consumer<NetworkChange> told) {
        return () -> {};
    }

    /** A running watch of the network. */
    @FunctionalInterface
    interface NetworkWatch extends AutoCloseable {
        @Override
        void close();
    }
}
