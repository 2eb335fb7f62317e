package io.kubetun.host.tun;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The routes of this machine's main table, from the files of proc(5) (Linux).
 *
 * @param proc {@code /proc}
 */
public record RouteTable(Path proc) {
    private static final long RTF_REJECT = 0x200;
    private static final long RTF_LOCAL = 0x80000000L;

    /**
     * Reads it.
     *
     * @return all routes but those to this machine itself and to multicast
     * @throws KubetunException if it cannot be read
     */
    public List<Route> routes() throws KubetunException {
        List<Route> routes = new ArrayList<>();
        Path v4 = proc.resolve("net/route");
        Path v6 = proc.resolve("net/ipv6_route");
        try {
            for (String line : Files.readAllLines(v4)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 7 && !fields[0].equals("Iface")) {
                    routes.add(new Route(
                            new Cidr(
                                    address(reversed(fields[1])),
                                    Integer.bitCount(Integer.parseUnsignedInt(fields[7], 16))),
                            fields[0]));
                }
            }
            if (Files.exists(v6)) {
                for (String line : Files.readAllLines(v6)) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields.length > 9 && (Long.parseLong(fields[8], 16) & (RTF_REJECT | RTF_LOCAL)) == 0) {
                        add(routes, fields);
                    }
                }
            }
            return List.copyOf(routes);
        } catch (IOException | IllegalArgumentException e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot read the routes of this machine",
                    String.valueOf(e.getMessage()),
                    "Look whether you can: cat " + v4,
                    e);
        }
    }

    private static void add(List<Route> routes, String[] fields) throws IOException {
        InetAddress network = address(HexFormat.of().parseHex(fields[0]));
        if (!network.isMulticastAddress()) {
            routes.add(new Route(new Cidr(network, Integer.parseInt(fields[1], 16)), fields[9]));
        }
    }

    /** IPv4 addresses stand there as numbers in this machine's order, which is the little-endian one. */
    private static byte[] reversed(String hex) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(Integer.parseUnsignedInt(hex, 16))
                .array();
    }

    private static InetAddress address(byte[] bytes) throws IOException {
        return InetAddress.getByAddress(bytes);
    }
}
