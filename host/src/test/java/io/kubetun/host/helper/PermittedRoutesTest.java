package io.kubetun.host.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermittedRoutesTest {
    private final Permitted permitted = new Permitted(
            new HelperSettings(Path.of("/x"), 1000, Path.of("/etc/hosts"), Path.of("/etc/resolv.conf"), Path.of("/y")));

    @ParameterizedTest
    @ValueSource(
            strings = {"10.96.0.0/16", "10.0.0.0/8", "172.20.0.0/16", "192.168.9.0/24", "100.64.0.0/10", "fd00::/8"})
    void privateRangesMayLeadToACluster(String range) throws Exception {
        assertThat(permitted
                        .route(new Request.AddRoute(3, range, List.of("203.0.113.5")), made -> made.number() == 3)
                        .key())
                .isEqualTo(range.replace("fd00::", "fd00:0:0:0:0:0:0:0") + " dev kubetun3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "0.0.0.0/1",
                "128.0.0.0/1",
                "::/0",
                "2000::/3",
                "8.8.8.0/24",
                "10.0.0.0/7",
                "172.30.0.0/24",
                "127.0.0.0/8",
                "echo",
                "",
                "10.0.0.0/99"
            })
    void nothingElseDoes(String range) {
        assertThatThrownBy(() -> permitted.route(new Request.AddRoute(3, range, List.of("172.30.0.1")), made -> true))
                .isInstanceOf(KubetunException.class);
    }

    @Test
    void onlyDevicesOfTheSameSessionGetRoutes() {
        assertThatThrownBy(() ->
                        permitted.route(new Request.AddRoute(3, "10.96.0.0/16", List.of()), made -> made.number() == 4))
                .hasMessageContaining("kubetun3");
        assertThatThrownBy(() -> permitted.tun(new Request.MakeTun(256, false), made -> false))
                .isInstanceOf(KubetunException.class);
        assertThatThrownBy(() -> permitted.tun(new Request.MakeTun(1, false), made -> true))
                .isInstanceOf(KubetunException.class);
    }
}
