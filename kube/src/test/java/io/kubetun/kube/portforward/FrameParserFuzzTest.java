package io.kubetun.kube.portforward;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Random;

/** Bytes from a hostile server: the parsers take them or refuse them, and lose no buffer. */
class FrameParserFuzzTest {
    @FuzzTest(maxDuration = "20s")
    void spdy(byte[] bytes) {
        SpdyFrameParserTest.Told whole = new SpdyFrameParserTest.Told();
        SpdyFrameParserTest.Told cut = new SpdyFrameParserTest.Told();
        boolean wholeGood = parse(new SpdyFrameParser(whole), bytes, Math.max(1, bytes.length));
        boolean cutGood = parse(new SpdyFrameParser(cut), bytes, 1);
        assertThat(cutGood).isEqualTo(wholeGood);
        assertThat(cut.frames).isEqualTo(whole.frames);
        assertThat(cut.data).hasToString(whole.data.toString());
    }

    private static boolean parse(SpdyFrameParser parser, byte[] bytes, int size) {
        try {
            for (int at = 0; at < bytes.length; at += size) {
                ByteBuf piece = Unpooled.copiedBuffer(bytes, at, Math.min(size, bytes.length - at));
                try {
                    parser.parse(piece);
                } finally {
                    assertThat(piece.refCnt()).isZero();
                }
            }
            return true;
        } catch (ProtocolException refused) {
            return false;
        }
    }

    @FuzzTest(maxDuration = "20s")
    void webSocket(byte[] bytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketFrames(bytes.length % 2 == 0, new Random(1)));
        ByteBuf whole = Unpooled.buffer(bytes.length + 1).writeBytes(bytes);
        try {
            channel.writeInbound(whole);
        } catch (Exception refused) {
            assertThat(refused).isInstanceOf(IOException.class);
        }
        channel.inboundMessages().forEach(io.netty.util.ReferenceCountUtil::release);
        channel.inboundMessages().clear();
        assertThat(whole.refCnt()).isZero();
        channel.finishAndReleaseAll();
    }
}
