package io.kubetun.kernel.flow;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that changes nothing, and reads the socket table from /proc. */
public final class LoopbackHost implements Host {
    private final boolean ownNetwork;
    private final List<String> opened = new CopyOnWriteArrayList<>();

    /** Makes one. */
    public LoopbackHost() {
        this(false);
    }

    /** Makes one that opens all sockets itself, or only those that others may not open. */
    LoopbackHost(boolean ownNetwork) {
        this.ownNetwork = ownNetwork;
    }

    @Override
    public boolean ownNetwork() {
        return ownNetwork;
    }

    /** The sockets that were opened here: tcp or udp each. */
    List<String> opened() {
        return List.copyOf(opened);
    }

    /** Opens it itself, as a helper would. */
    @Override
    public int datagramSocket(InetSocketAddress address) throws KubetunException {
        opened.add("udp");
        try {
            io.netty.channel.unix.Socket socket = io.netty.channel.unix.Socket.newSocketDgram();
            socket.bind(address);
            return socket.intValue();
        } catch (IOException e) {
            throw new KubetunException(ErrorCode.LISTEN_FAILED, "cannot listen", e.toString(), "Try again.", e);
        }
    }

    @Override
    public Effect hostsBlock(Path file, String owner, List<HostsEntry> entries) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Effect loopbackAlias(InetAddress address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean needsLoopbackAliases() {
        return false;
    }

    /** Opens it itself, as a helper would. */
    @Override
    public int listeningSocket(InetSocketAddress address) throws KubetunException {
        opened.add("tcp");
        try {
            io.netty.channel.unix.Socket socket = io.netty.channel.unix.Socket.newSocketStream();
            socket.bind(address);
            socket.listen(10);
            return socket.intValue();
        } catch (IOException e) {
            throw new KubetunException(ErrorCode.LISTEN_FAILED, "cannot listen", e.toString(), "Try again.", e);
        }
    }

    /** A socket that no process has any more is still in the table, without an inode, until its time is over. */
    @Override
    public boolean peerClosed(InetSocketAddress local, InetSocketAddress peer) {
        return isOpen("/proc/net/tcp", row(peer), row(local))
                .or(() -> isOpen("/proc/net/tcp6", row6(peer), row6(local)))
                .map(open -> !open)
                .orElse(true);
    }

    private static Optional<Boolean> isOpen(String table, String peer, String local) {
        try {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9 && fields[1].equals(peer) && fields[2].equals(local)) {
                    return Optional.of(!fields[9].equals("0"));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}

    private static String row6(InetSocketAddress address) {
        return "0000000000000000FFFF0000" + row(address);
    }

    private static String row(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        byte[] reversed = {ip[3], ip[2], ip[1], ip[0]};
        HexFormat hex = HexFormat.of().withUpperCase();
        return hex.formatHex(reversed) + ":" + hex.toHexDigits((short) address.getPort());
    }
}
