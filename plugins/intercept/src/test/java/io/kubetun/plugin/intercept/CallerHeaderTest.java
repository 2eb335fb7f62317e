package io.kubetun.plugin.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Inbound;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against the bytes of the protocol's own text, section 2.2. */
class CallerHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static String written(Inbound.Flow flow) {
        EmbeddedChannel channel = new EmbeddedChannel();
        CallerHeader.write(flow, channel);
        assertThat(channel.pipeline().names()).hasSize(1);
        StringBuilder all = new StringBuilder();
        for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
            all.append(ByteBufUtil.hexDump(each));
            each.release();
        }
        return all.toString();
    }

    @Test
    void tellsWhoCallsAndWhom() {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("10.244.0.5"), 8080);
        InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral("10.244.0.9"), 40000);
        assertThat(written(new Inbound.Flow(Protocol.TCP, to, Optional.of(from))))
                .isEqualTo(SIGNATURE + "2111000c" + "0af40009" + "0af40005" + "9c40" + "1f90");
    }

    @Test
    void tellsThatItDoesNotKnow() {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("10.244.0.5"), 8080);
        assertThat(written(new Inbound.Flow(Protocol.TCP, to, Optional.empty())))
                .isEqualTo(SIGNATURE + "20000000");
    }
}
