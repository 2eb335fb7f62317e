package io.kubetun.host.helper;

import io.kubetun.host.LocalHostProvider;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A session in a process of its own: gets a name and a socket from the helper, then waits for a line. */
final class HelperSession {
    private HelperSession() {}

    /** Arguments: the helper's socket, the hosts file, an address and a port to listen on. */
    public static void main(String[] arguments) throws Exception {
        Path own = Path.of(System.getProperty("java.io.tmpdir"), "unused");
        try (Host host = new LocalHostProvider(own).open(Optional.of(Path.of(arguments[0])))) {
            Effect block = host.hostsBlock(
                    Path.of(arguments[1]),
                    "child",
                    List.of(new HostsEntry(InetAddress.ofLiteral("127.1.27.1"), List.of("echo"))));
            block.apply();
            host.listeningSocket(
                    new InetSocketAddress(InetAddress.ofLiteral(arguments[2]), Integer.parseInt(arguments[3])));
            System.out.println(
                    "uid " + Users.current() + " kept by " + (block.keptByHelper() ? "the helper" : "itself"));
            System.in.read();
        } catch (KubetunException e) {
            System.out.println(e.getMessage());
        }
    }
}
