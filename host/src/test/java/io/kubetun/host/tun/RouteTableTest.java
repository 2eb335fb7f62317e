package io.kubetun.host.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteTableTest {
    @TempDir
    Path proc;

    @Test
    void routesOfBothFamiliesAreRead() throws Exception {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/route"), """
                Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
                eth0	00000000	09001EAC	0003	0	0	0	00000000	0	0	0
                eth0	00001EAC	00000000	0001	0	0	0	00FFFFFF	0	0	0
                """);
        Files.writeString(proc.resolve("net/ipv6_route"), """
                fd000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 00000001     tun9
                00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80200001       lo
                ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000004 00000000 00000001     eth0
                """);
        assertThat(new RouteTable(proc).routes())
                .containsExactly(
                        new Route(Cidr.of("0.0.0.0/0"), "eth0"),
                        new Route(Cidr.of("172.30.0.0/24"), "eth0"),
                        new Route(Cidr.of("fd00::/8"), "tun9"));
    }

    @Test
    void aTableThatCannotBeReadIsTold() {
        assertThatThrownBy(() -> new RouteTable(proc).routes())
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("routes");
    }
}
