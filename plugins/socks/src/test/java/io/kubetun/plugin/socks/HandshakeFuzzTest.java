package io.kubetun.plugin.socks;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kubetun.spi.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Whatever arrives, a handshake answers or closes, throws nothing, and does the same whether the bytes come at once or
 * one by one. See {@link SocksDecoderFuzzTest} for how to search.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandshakeFuzzTest {
    private final LoopbackSession session = new LoopbackSession();

    private record Outcome(String sent, List<Target> dialled, boolean open) {}

    @AfterAll
    void close() {
        session.close();
    }

    @FuzzTest(maxDuration = "60s")
    void socks(byte[] bytes) {
        check(bytes, Optional.empty());
        check(bytes, Optional.of(Login.of("a", "b")));
    }

    private void check(byte[] bytes, Optional<Login> login) {
        Outcome whole = run(bytes, bytes.length, new SocksHandshake(session, login, Limits.DEFAULT));
        Outcome pieces = run(bytes, 1, new SocksHandshake(session, login, Limits.DEFAULT));
        assertThat(pieces).isEqualTo(whole);
    }

    @FuzzTest(maxDuration = "60s")
    void http(byte[] bytes) {
        PacFile pac = new PacFile(Wire.LOOPBACK, List::of);
        HttpService service = new HttpService(true, Optional.of(pac));
        Outcome whole = run(bytes, bytes.length, http(service));
        Outcome pieces = run(bytes, 1, http(service));
        assertThat(pieces).isEqualTo(whole);
    }

    private ChannelHandler[] http(HttpService service) {
        return new ChannelHandler[] {
            HttpHandshake.decoder(), new HttpHandshake(session, Optional.empty(), service, Limits.DEFAULT)
        };
    }

    private Outcome run(byte[] bytes, int piece, ChannelHandler... handlers) {
        EmbeddedChannel client = new LocalChannel(handlers);
        client.pipeline().addLast(new HandshakeGuard(new Handshakes(1), Limits.DEFAULT.handshakeTime()));
        for (int from = 0; from < bytes.length && client.isOpen(); from += piece) {
            client.writeInbound(
                    Unpooled.copiedBuffer(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece))));
        }
        client.checkException();
        client.releaseInbound(); // what this kind of channel, which closes at once, still passes on
        StringBuilder sent = new StringBuilder();
        for (ByteBuf out = client.readOutbound(); out != null; out = client.readOutbound()) {
            sent.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        List<Target> dialled = new ArrayList<>();
        session.dialled.drainTo(dialled);
        boolean open = client.isOpen();
        client.finishAndReleaseAll();
        return new Outcome(sent.toString(), dialled, open);
    }

    /** With the addresses of a socket. */
    private static final class LocalChannel extends EmbeddedChannel {
        LocalChannel(ChannelHandler... handlers) {
            super(handlers);
        }

        @Override
        protected SocketAddress localAddress0() {
            return Wire.LOOPBACK;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return Wire.LOOPBACK;
        }
    }
}
