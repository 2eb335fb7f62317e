package io.kubetun.host.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import org.junit.jupiter.api.Test;

class MacRoutesTest {
    private static final String TABLE = """
            Routing tables

            Internet:
            Destination        Gateway            Flags           Netif Expire
            default            192.168.1.1        UGScg             en0
            default            link#22            UCSIg          utun3      !
            10                 10.8.0.1           UGSc            utun6
            10.96/12           utun4              USc             utun4
            10.244.3/24        utun4              USc             utun4
            100.64/10          link#20            UCS             utun3
            127                127.0.0.1          UCS               lo0
            127.0.0.1          127.0.0.1          UH                lo0
            169.254            link#11            UCS               en0      !
            172.16.5.4/30      link#12            UCS               en1      !
            192.168.1          link#11            UCS               en0      !
            192.168.1.1/32     link#11            UCS               en0      !
            192.168.1.77       a4:83:e7:1:2:3     UHLWIi            en0    817
            198.19.7.2         198.19.7.1         UH              utun4
            198.51.100.9       192.168.1.1        UGHS              en0
            203.0.113/24       127.0.0.1          UGSR              en0
            224.0.0/4          link#11            UmCS              en0      !
            255.255.255.255/32 link#11            UCS               en0      !

            Internet6:
            Destination                             Gateway                         Flags           Netif Expire
            default                                 fe80::1%en0                     UGcg              en0
            ::1                                     ::1                             UHL               lo0
            2001:db8:77::/64                        link#11                         UC                en0
            fd6b:7562:6574:7::/126                  link#21                         UCS             utun4
            fd00:10:96::/112                        utun4                           USc             utun4
            fe80::%en0/64                           link#11                         UCI               en0
            fe80::aede:48ff:fe00:1122%en5           ac:de:48:0:11:22                UHLI              lo0
            ff00::/8                                ::1                             UmCI              lo0
            ff01::%en0/32                           link#11                         UmCI              en0
            """;

    @Test
    void bothFamiliesAreReadWithShortenedNetworks() {
        assertThat(MacRoutes.read(TABLE))
                .containsExactly(
                        route("0.0.0.0/0", "en0"),
                        route("0.0.0.0/0", "utun3"),
                        route("10.0.0.0/8", "utun6"),
                        route("10.96.0.0/12", "kubetun7"),
                        route("10.244.3.0/24", "kubetun7"),
                        route("100.64.0.0/10", "utun3"),
                        route("169.254.0.0/16", "en0"),
                        route("172.16.5.4/30", "en1"),
                        route("192.168.1.0/24", "en0"),
                        route("192.168.1.1/32", "en0"),
                        route("198.19.7.2/32", "kubetun7"),
                        route("198.51.100.9/32", "en0"),
                        route("255.255.255.255/32", "en0"),
                        route("::/0", "en0"),
                        route("2001:db8:77::/64", "en0"),
                        route("fd6b:7562:6574:7::/126", "kubetun7"),
                        route("fd00:10:96::/112", "kubetun7"));
    }

    @Test
    void anotherNetworkOfThatRangeMakesNoDeviceOfKubetun() {
        assertThat(MacRoutes.read("""
                        Internet:
                        198.19.7.2         link#4             UHS               en0
                        198.19.8/24        link#9             UCS             utun2
                        198.19.999.2       198.19.9.1         UH              utun8
                        """)).containsExactly(route("198.19.7.2/32", "en0"), route("198.19.8.0/24", "utun2"));
    }

    @Test
    void whatIsNoTableHasNoRoutes() {
        assertThat(MacRoutes.read("")).isEmpty();
        assertThat(MacRoutes.read("netstat: sysctl: net.route.0.0.dump estimate\n"))
                .isEmpty();
    }

    private static Route route(String destination, String device) {
        return new Route(Cidr.of(destination), device);
    }
}
