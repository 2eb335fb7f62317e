package io.kubetun.plugin.dns;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;

/**
 * Messages on a TCP connection, each after its length in two bytes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1035#section-4.2.2">RFC 1035: TCP usage</a>
 */
final class MessageFrames extends CombinedChannelDuplexHandler<LengthFieldBasedFrameDecoder, LengthFieldPrepender> {
    private static final int LENGTH_BYTES = 2;
    private static final int LARGEST = 65_535 + LENGTH_BYTES;

    MessageFrames() {
        super(
                new LengthFieldBasedFrameDecoder(LARGEST, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                new LengthFieldPrepender(LENGTH_BYTES));
    }
}
