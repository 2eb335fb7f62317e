package io.kubetun.plugin.tun;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * Makes a channel of datagrams from a TCP connection to a name server: each message has its length in front.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7766#section-8">RFC 7766, 8</a>
 */
final class DnsByTcp extends ChannelInboundHandlerAdapter {
    /** Longer than a resolver waits. */
    private static final int IDLE_SECONDS = 10;

    private static final int LENGTH_BYTES = 2;
    private static final int LONGEST = 65_535 + LENGTH_BYTES;

    static void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(
                new IdleStateHandler(0, 0, IDLE_SECONDS),
                new LengthFieldBasedFrameDecoder(LONGEST, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
                new LengthFieldPrepender(LENGTH_BYTES),
                new DnsByTcp());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else {
            context.fireUserEventTriggered(event);
        }
    }
}
