package io.kubetun.host.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class LoopbackAliasTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.1.27.4");

    @Test
    void macosTakesItAsAnAliasOfLo0() {
        LoopbackAlias alias = new LoopbackAlias(ADDRESS, Loopback.ALIASES, false);

        assertThat(alias.addCommand())
                .containsExactly("/sbin/ifconfig", "lo0", "alias", "127.1.27.4", "255.255.255.255");
        assertThat(alias.removeCommand()).containsExactly("/sbin/ifconfig", "lo0", "-alias", "127.1.27.4");
        assertThat(alias.preview()).isEqualTo("/sbin/ifconfig lo0 alias 127.1.27.4 255.255.255.255");
    }

    @Test
    void anAddressThatWasThereBeforeStays() {
        LoopbackAlias alias = new LoopbackAlias(ADDRESS, Loopback.ALIASES, true);

        assertThat(alias.addCommand()).isEmpty();
        assertThat(alias.removeCommand()).isEmpty();
    }

    @Test
    void linuxNeedsNothing() throws Exception {
        LoopbackAlias alias = new LoopbackAlias(ADDRESS, Loopback.WHOLE_NETWORK, false);

        assertThat(alias.addCommand()).isEmpty();
        alias.apply();
        alias.undo();
        assertThat(alias.preview()).isEqualTo("127.1.27.4 works as it is");
    }

    @Test
    void theJournalBringsItBack() {
        LoopbackAlias alias = LoopbackAlias.of(ADDRESS);

        assertThat(new LoopbackAliasType().restore(alias.key(), alias.data()).preview())
                .isEqualTo(alias.preview());
    }

    @Test
    void otherAddressesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> LoopbackAlias.of(InetAddress.ofLiteral("10.0.0.1")));
        assertThatIllegalArgumentException().isThrownBy(() -> LoopbackAlias.of(InetAddress.ofLiteral("::1")));
    }
}
