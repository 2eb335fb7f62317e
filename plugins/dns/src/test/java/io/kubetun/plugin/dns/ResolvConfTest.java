package io.kubetun.plugin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvConfTest {
    @Test
    void readsServersAndLeavesOutOurselves(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("resolv.conf");
        Files.writeString(file, """
                # comment
                nameserver 127.0.0.54
                 nameserver\t192.0.2.1
                nameserver not-an-address
                nameserver 2001:db8::1
                search lab
                """);
        ResolvConf conf = new ResolvConf(file, Set.of(server("127.0.0.54")));
        assertThat(conf.get()).containsExactly(server("192.0.2.1"), server("2001:db8::1"));
        Files.writeString(file, "nameserver 192.0.2.22\n");
        assertThat(conf.get()).containsExactly(server("192.0.2.22"));
        Files.delete(file);
        assertThat(conf.get()).containsExactly(server("192.0.2.22"));
    }

    private static InetSocketAddress server(String ip) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), 53);
    }
}
