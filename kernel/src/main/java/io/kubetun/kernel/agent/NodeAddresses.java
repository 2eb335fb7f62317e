package io.kubetun.kernel.agent;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The pod's default gateways: with many network plugins that is the node's end of the pod's cable, and the kubelet's
 * probes come from there and not from the node's own address.
 *
 * @see <a href="https://www.man7.org/linux/man-pages/man5/proc_pid_net.5.html">/proc/net/route</a>
 */
final class NodeAddresses {
    private static final String ANY_IPV6 = "0".repeat(32);

    private NodeAddresses() {}

    static List<InetAddress> defaultGateways(Path procNet) throws IOException {
        List<InetAddress> found = new ArrayList<>();
        for (String line : lines(procNet.resolve("route"))) {
            String[] columns = line.split("\t", -1);
            if (columns.length > 2 && columns[1].equals("00000000") && !columns[2].equals("00000000")) {
                // As this machine stores a number, which is the other way round.
                byte[] reversed = HexFormat.of().parseHex(columns[2]);
                found.add(address(new byte[] {reversed[3], reversed[2], reversed[1], reversed[0]}));
            }
        }
        for (String line : lines(procNet.resolve("ipv6_route"))) {
            String[] columns = line.split(" +", -1);
            if (columns.length > 4
                    && columns[0].equals(ANY_IPV6)
                    && columns[1].equals("00")
                    && !columns[4].equals(ANY_IPV6)) {
                found.add(address(HexFormat.of().parseHex(columns[4])));
            }
        }
        return List.copyOf(found);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    }

    private static InetAddress address(byte[] bytes) throws UnknownHostException {
        return InetAddress.getByAddress(bytes);
    }

    static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }
}
