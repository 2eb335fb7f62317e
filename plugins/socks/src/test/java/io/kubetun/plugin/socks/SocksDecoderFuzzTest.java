package io.kubetun.plugin.socks;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;

/**
 * Whatever arrives, the decoder gives a message, asks for more or says that it is malformed; it takes whole messages
 * only, and never waits for more than the longest one. The corpus is replayed in each build; to search, set
 * {@code JAZZER_FUZZ=1} in the environment and run this class alone.
 */
class SocksDecoderFuzzTest {
    @FunctionalInterface
    private interface Decode {
        Optional<? extends SocksMessage> from(ByteBuf in) throws MalformedHandshakeException;
    }

    @FuzzTest(maxDuration = "60s")
    void decodesOrRefuses(byte[] bytes) {
        check(bytes, SocksDecoder::greeting);
        check(bytes, SocksDecoder::credentials);
        check(bytes, SocksDecoder::socks5Request);
        check(bytes, SocksDecoder::socks4Request);
    }

    private static void check(byte[] bytes, Decode decode) {
        ByteBuf whole = Unpooled.wrappedBuffer(bytes);
        Optional<? extends SocksMessage> message;
        try {
            message = decode.from(whole);
        } catch (MalformedHandshakeException e) {
            return;
        }
        if (message.isEmpty()) {
            assertThat(whole.readerIndex()).isZero();
            assertThat(bytes.length).isLessThan(SocksDecoder.MAX_MESSAGE);
            return;
        }
        int taken = whole.readerIndex();
        assertThat(taken).isBetween(2, SocksDecoder.MAX_MESSAGE);
        assertThat(firstLengthThatIsEnough(bytes, decode)).isGreaterThanOrEqualTo(taken);
    }

    private static int firstLengthThatIsEnough(byte[] bytes, Decode decode) {
        for (int length = 0; length <= bytes.length; length++) {
            try {
                if (decode.from(Unpooled.wrappedBuffer(bytes, 0, length)).isPresent()) {
                    return length;
                }
            } catch (MalformedHandshakeException e) {
                throw new AssertionError("a prefix of a message is malformed", e);
            }
        }
        throw new AssertionError("the same bytes give another answer");
    }
}
