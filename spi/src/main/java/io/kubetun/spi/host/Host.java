package io.kubetun.spi.host;

import io.kubetun.spi.KubetunException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** This machine. Makes effects, does not apply them. Thread-safe; methods may block. */
public interface Host extends AutoCloseable {
    /**
     * An effect that puts one fenced block of names into a hosts file, the user's own lines kept byte for byte.
     *
     * @param file the file, usually {@code /etc/hosts}
     * @param owner whose block: a session's id
     * @param entries the names; an empty list leaves no block
     * @return the effect; the next one with the same file and owner takes its place
     */
    Effect hostsBlock(Path file, String owner, List<HostsEntry> entries);

    /**
     * An effect that makes a loopback address usable.
     *
     * @param address within 127.0.0.0/8
     * @return the effect
     */
    Effect loopbackAlias(InetAddress address);

    /**
     * Says whether loopback addresses other than 127.0.0.1 need a {@link #loopbackAlias} here (macOS) or just work (Linux).
     *
     * @return true if they do
     */
    boolean needsLoopbackAliases();

    /**
     * Opens a listening TCP socket that the user may not open, through the helper.
     *
     * @param address where
     * @return a file descriptor, listening, owned by the caller
     * @throws KubetunException if there is no helper, or the address is taken
     */
    int listeningSocket(InetSocketAddress address) throws KubetunException;

    /**
     * Opens a UDP socket that the user may not open, through the helper.
     *
     * @param address where
     * @return a file descriptor, bound and non-blocking, owned by the caller
     * @throws KubetunException if there is no helper, or the address is taken
     */
    default int datagramSocket(InetSocketAddress address) throws KubetunException {
        throw new UnsupportedOperationException("this host opens no UDP sockets");
    }

    /**
     * The effects that make all programs of this machine ask a session's name server, with others where there are others:
     * per link where systemd-resolved runs, else by one block in {@code resolv.conf} that all sessions share. Where
     * several sessions do so, the first one has the short names and its cluster's domain, and each its own label.
     *
     * @param names the name server, which answers already
     * @return one or two effects, to be applied in this order
     * @throws KubetunException if this machine has no way that would leave its other names alone
     */
    default List<Effect> systemNames(SystemNames names) throws KubetunException {
        throw new UnsupportedOperationException("this host does not change how names are looked up");
    }

    /**
     * Returns who this machine's programs ask for names, as it is now, without kubetun's own.
     *
     * @return the name servers
     */
    default NameServers nameServers() {
        throw new UnsupportedOperationException("this host does not tell its name servers");
    }

    /**
     * Says whether the session has a network of its own, apart from this machine's: that of {@code kubetun shell}. All its
     * listeners are then opened by {@link #listeningSocket} and {@link #datagramSocket}, whatever their port, a
     * {@link #route} may be a default, {@link #systemNames} is for the programs in it alone, and nobody but the session
     * leads traffic out of it.
     *
     * @return true if so
     */
    default boolean ownNetwork() {
        return false;
    }

    /**
     * Describes a TUN device of this machine.
     *
     * @param settings which
     * @return the device that is to be
     */
    default Tun tun(TunSettings settings) {
        throw new UnsupportedOperationException("this host has no TUN devices");
    }

    /**
     * An effect that leads a range of addresses into a TUN device that was made before.
     *
     * @param tun the device
     * @param destination the range
     * @param never addresses that must not be led there: a range that holds one of them is refused
     * @return the effect; it ends with the device at the latest
     */
    default Effect route(TunSettings tun, Cidr destination, List<InetAddress> never) {
        throw new UnsupportedOperationException("this host has no routes");
    }

    /**
     * Returns the routes of this machine's main table, as they are now; not those of a network of the session's own.
     *
     * @return all, also defaults
     * @throws KubetunException if they cannot be read
     */
    default List<Route> routes() throws KubetunException {
        throw new UnsupportedOperationException("this host does not tell its routes");
    }

    /**
     * Says whether the local peer of an accepted loopback connection has closed it wholly, rather than only its sending half:
     * the kernel's socket table tells, the FIN alone does not.
     *
     * @param local our end
     * @param peer the peer's end, on this machine
     * @return true only if certain
     */
    boolean peerClosed(InetSocketAddress local, InetSocketAddress peer);

    /**
     * Tells when the privileged helper has gone without being asked to: what it held is undone or left to {@code repair},
     * and the session should end.
     *
     * @return completes with the reason, a clause; never if there is no helper
     */
    default CompletionStage<String> lost() {
        return new CompletableFuture<String>().minimalCompletionStage();
    }

    /** Closes the connection to the helper, which then undoes what is left and ends. */
    @Override
    void close();

    /**
     * A line of a hosts file.
     *
     * @param address the address
     * @param names one or more names
     */
    record HostsEntry(InetAddress address, List<String> names) {
        /** Takes a copy. */
        public HostsEntry {
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException("an entry without names");
            }
        }
    }
}
