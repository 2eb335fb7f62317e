package io.kubetun.kube.portforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpdyFrameParserTest {
    private static final String FRAMES = "8003000200000006" + "00000003" + "ffff" // SYN_REPLY 3, header block skipped
            + "0000000300000003" + "616263" // DATA 3
            + "8003000400000000" // SETTINGS without entries
            + "8003000600000004" + "00000002" // PING 2
            + "0000000301000001" + "64" // DATA 3, last
            + "0000000501000000" // DATA 5, empty and last
            + "8003000300000008" + "00000007" + "00000005" // RST_STREAM 7, CANCEL
            + "8003000700000008" + "00000009" + "00000000"; // GOAWAY 9

    /** However the bytes are cut, the same frames come out. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 1000})
    void findsTheFramesHoweverTheBytesAreCut(int size) throws ProtocolException {
        Told told = new Told();
        SpdyFrameParser parser = new SpdyFrameParser(told);
        byte[] bytes = ByteBufUtil.decodeHexDump(FRAMES);
        for (int at = 0; at < bytes.length; at += size) {
            parser.parse(Unpooled.copiedBuffer(bytes, at, Math.min(size, bytes.length - at)));
        }
        assertThat(told.frames).containsExactly("reply 3", "ping 2", "fin 3", "fin 5", "reset 7 5", "goaway 9");
        assertThat(told.data).hasToString("abcd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8002000600000004", "80030006ffffffff", "0000000000000001", "800300060000000200ff"})
    void refusesWhatIsNoSpdy(String hex) {
        SpdyFrameParser parser = new SpdyFrameParser(new Told());
        assertThatThrownBy(() -> parser.parse(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void releasesWhatItParses() throws ProtocolException {
        ByteBuf bytes = Unpooled.copiedBuffer(ByteBufUtil.decodeHexDump(FRAMES));
        new SpdyFrameParser(new Told()).parse(bytes);
        assertThat(bytes.refCnt()).isZero();
    }

    /** Writes down what it is told. */
    static final class Told implements SpdyFrameParser.Frames {
        final List<String> frames = new ArrayList<>();
        final StringBuilder data = new StringBuilder();

        @Override
        public void data(int stream, ByteBuf payload, boolean fin) {
            data.append(payload.toString(java.nio.charset.StandardCharsets.US_ASCII));
            payload.release();
            if (fin) {
                frames.add("fin " + stream);
            }
        }

        @Override
        public void reply(int stream, boolean fin) {
            frames.add("reply " + stream);
        }

        @Override
        public void reset(int stream, int status) {
            frames.add("reset " + stream + " " + status);
        }

        @Override
        public void ping(int id) {
            frames.add("ping " + id);
        }

        @Override
        public void goAway(int lastGood) {
            frames.add("goaway " + lastGood);
        }
    }
}
