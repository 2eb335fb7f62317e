package io.kubetun.host.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a helper does in a network of its own, and root's does not. */
class PermittedOwnNetworkTest {
    private final Permitted roots = permitted(false);
    private final Permitted own = permitted(true);

    private static Permitted permitted(boolean ownNetwork) {
        Path any = Path.of("/x/y");
        return new Permitted(new HelperSettings(any, 1000, any, any, any, ownNetwork));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0"})
    void aDefaultRoute(String range) throws Exception {
        Request.AddRoute request = new Request.AddRoute(3, range, List.of());
        assertThat(own.route(request, made -> true).key()).endsWith("/0 dev kubetun3");
        assertThatThrownBy(() -> own.route(request, made -> false)).isInstanceOf(KubetunException.class);
        assertThatThrownBy(() -> roots.route(request, made -> true)).isInstanceOf(KubetunException.class);
    }

    @Test
    void aListenerOnItsDevice() throws Exception {
        Request.Listen request = new Request.Listen("198.19.0.1", 0, false);
        assertThat(own.listener(request).getPort()).isZero();
        assertThatThrownBy(() -> roots.listener(request)).isInstanceOf(KubetunException.class);
        assertThatThrownBy(() -> own.listener(new Request.Listen("198.19.0.1", 70_000, false)))
                .isInstanceOf(KubetunException.class);
        assertThatThrownBy(() -> own.listener(new Request.Listen("echo", 80, true)))
                .isInstanceOf(KubetunException.class);
    }

    @Test
    void aNameServer() throws Exception {
        SystemNames names = new SystemNames(
                "a1b2", "shell", InetAddress.ofLiteral("127.53.0.53"), "cluster.local", List.of("svc.cluster.local"));
        Request.ShowNames request = new Request.ShowNames(names);
        assertThat(Request.of(Json.read(request.toJson(7)))).isEqualTo(request);
        assertThat(own.nameServer(request).names()).isEqualTo(names);
        assertThatThrownBy(() -> roots.nameServer(request)).hasMessageContaining("no network of its own");
    }
}
