package io.kubetun.host.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.host.tun.TunSystem.Made;
import io.kubetun.host.tun.TunSystem.Way;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunSystemTest {
    private static final TunSettings SETTINGS = new TunSettings(3, true);

    @Test
    void theNameOfTheSystemDecides() {
        assertThat(TunSystem.of("Linux")).isInstanceOf(LinuxTun.class);
        assertThat(TunSystem.of("Mac OS X")).isInstanceOf(MacTun.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Windows 11", "FreeBSD", ""})
    void elsewhereItIsRefusedWithTheWayThatWorks(String name) {
        TunSystem system = TunSystem.of(name);

        assertThat(system).isInstanceOf(NoTun.class);
        assertThatThrownBy(system::routes).satisfies(e -> checkRefusal(e, name));
        assertThatThrownBy(() -> new TunDevice(SETTINGS, system).apply()).satisfies(e -> checkRefusal(e, name));
        assertThatCode(() -> new TunDevice(SETTINGS, system).undo()).doesNotThrowAnyException();
        assertThatThrownBy(() -> system.addRoute(way("10.96.0.0/16"))).satisfies(e -> checkRefusal(e, name));
        assertThatThrownBy(() -> system.deleteRoute(way("10.96.0.0/16"))).satisfies(e -> checkRefusal(e, name));
        assertThatThrownBy(() -> system.remove(new Made(0, "kubetun3", 1))).satisfies(e -> checkRefusal(e, name));
        assertThatThrownBy(() -> system.packets(SETTINGS, 0)).isInstanceOf(IOException.class);
        assertThat(system.preview(SETTINGS)).startsWith("no device: ");
    }

    private static void checkRefusal(Throwable thrown, String name) {
        KubetunException e = (KubetunException) thrown;
        assertThat(e.code()).isEqualTo(ErrorCode.HOST_CHANGE);
        assertThat(e.why()).contains(name.isEmpty() ? "this system" : name);
        assertThat(e.next()).endsWith("kubetun proxy-out");
    }

    @Test
    void linuxHasTheNamesOfTheSettings() {
        assertThat(TunSystem.of("Linux").preview(SETTINGS))
                .isEqualTo("device kubetun3: TUN, MTU 65500, address 198.19.3.1/30"
                        + " and fd6b:7562:6574:3:0:0:0:1/126, up");
        assertThat(TunSystem.of("Linux").name(SETTINGS)).isEqualTo("kubetun3");
    }

    @Test
    void macosGivesADeviceItsAddressesByIfconfig() {
        assertThat(MacTun.addressing(SETTINGS, "utun8").stream().map(MacCommand::toString))
                .containsExactly(
                        "/sbin/ifconfig utun8 inet 198.19.3.1 198.19.3.2 netmask 255.255.255.255 mtu 65500 up",
                        "/sbin/ifconfig utun8 inet6 fd6b:7562:6574:3:0:0:0:1 prefixlen 126 alias");
        assertThat(MacTun.addressing(new TunSettings(0, false), "utun0")).hasSize(1);
        assertThat(TunSystem.of("Mac OS X").preview(SETTINGS))
                .startsWith("device utun, the next free one: MTU 65500, address 198.19.3.1 to 198.19.3.2");
    }

    @Test
    void macosLeadsRangesByRoute() {
        assertThat(MacTun.routing("add", way("10.96.0.0/16")).toString())
                .isEqualTo("/sbin/route -n add -inet 10.96.0.0/16 -interface utun8");
        assertThat(MacTun.routing("delete", way("fd00:10:96::/112")).toString())
                .isEqualTo("/sbin/route -n delete -inet6 fd00:10:96:0:0:0:0:0/112 -interface utun8");
    }

    @Test
    void aDeviceThatIsNotThereHasTheNameOfTheSettings() {
        assertThat(TunSystem.of("Mac OS X").name(new TunSettings(251, false))).isEqualTo("kubetun251");
    }

    @ParameterizedTest
    @CsvSource({
        "0, route: writing to routing socket: File exists|add net 10.96.0.0/16: gateway utun8: File exists, File exists",
        "0, route: writing to routing socket: not in table|delete net 10.96.0.0/16: not in table, not in table",
        "77, route: must be root to alter routing table, route: must be root to alter routing table",
        "1, '', it ended with status 1"
    })
    void aCommandThatFailsSaysWhy(int status, String output, String why) {
        assertThatThrownBy(() -> MacCommand.check(status, output.replace('|', '\n')))
                .isInstanceOf(IOException.class)
                .hasMessage(why);
    }

    @Test
    void aCommandThatWorksIsLeftAtThat() throws Exception {
        MacCommand.check(0, "add net 10.96.0.0/16: gateway utun8\n");
        assertThat(new MacCommand(List.of("/bin/sh", "-c", "echo one; echo two >&2")).run())
                .isEqualTo("one\ntwo\n");
        assertThatThrownBy(() -> MacCommand.of("/nowhere/ifconfig").run()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> MacCommand.of("/bin/sh", "-c", "echo no such device; exit 1")
                        .run())
                .hasMessage("no such device");
    }

    private static Way way(String destination) {
        return new Way(SETTINGS, "utun8", 21, Cidr.of(destination));
    }
}
