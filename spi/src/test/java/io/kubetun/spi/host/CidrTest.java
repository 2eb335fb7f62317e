package io.kubetun.spi.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class CidrTest {
    @Test
    void itIsItsNetworkAndPrefix() {
        assertThat(Cidr.of("10.96.3.4/16")).hasToString("10.96.0.0/16").isEqualTo(Cidr.of("10.96.0.0/16"));
        assertThat(Cidr.of("10.96.3.4")).hasToString("10.96.3.4/32");
        assertThat(Cidr.of("fd00::1:2/112").contains(InetAddress.ofLiteral("fd00::1:ffff")))
                .isTrue();
        assertThat(Cidr.of("0.0.0.0/0").contains(InetAddress.ofLiteral("::1"))).isFalse();
        for (String wrong : new String[] {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "echo", "", "/8"}) {
            assertThatThrownBy(() -> Cidr.of(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatIsTakenOutIsGoneAndNothingElse() {
        Cidr whole = Cidr.of("10.0.0.0/29");
        assertThat(whole.minus(Cidr.of("10.0.0.3/32")))
                .extracting(Cidr::toString)
                .containsExactly("10.0.0.0/31", "10.0.0.2/32", "10.0.0.4/30");
        assertThat(whole.minus(whole)).isEmpty();
        assertThat(whole.minus(Cidr.of("10.0.0.8/29"))).containsExactly(whole);
    }
}
