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

/** A host that changes nothing, and reads the socket table from /proc. */
public final class LoopbackHost implements Host {
    /** Makes one. */
    public LoopbackHost() {}

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

    @Override
    public int listeningSocket(InetSocketAddress address) throws KubetunException {
        throw new KubetunException(ErrorCode.NEEDS_ROOT, "cannot listen on " + address, "no helper", "sudo kubetun");
    }

    /** A socket that no process has any more is still in the table, without an inode, until its time is over. */
    @Override
    public boolean peerClosed(InetSocketAddress local, InetSocketAddress peer) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[1].equals(row(peer)) && fields[2].equals(row(local))) {
                    return fields[9].equals("0");
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}

    private static String row(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        byte[] reversed = {ip[3], ip[2], ip[1], ip[0]};
        HexFormat hex = HexFormat.of().withUpperCase();
        return hex.formatHex(reversed) + ":" + hex.toHexDigits((short) address.getPort());
    }
}
