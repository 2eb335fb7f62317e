package io.kubetun.testkit.pod;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Small servers for {@link PodSetup#tcp}. */
public final class TcpServers {
    private static final int CHUNK = 32 * 1024;

    private TcpServers() {}

    /**
     * Sends back what it gets (RFC 862).
     *
     * @return the server
     */
    public static Consumer<SocketChannel> echo() {
        return channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.write(message);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.flush();
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                ctx.channel().config().setAutoRead(ctx.channel().isWritable());
            }
        });
    }

    /**
     * Throws away what it gets (RFC 863).
     *
     * @return the server
     */
    public static Consumer<SocketChannel> discard() {
        return channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
            }
        });
    }

    /**
     * Never reads.
     *
     * @return the server
     */
    public static Consumer<SocketChannel> stuck() {
        return channel -> channel.config().setAutoRead(false);
    }

    /**
     * Sends a text as soon as it is connected and waits for nothing, as SMTP and MySQL do.
     *
     * @param greeting what it says
     * @return the server
     */
    public static Consumer<SocketChannel> greeting(String greeting) {
        return channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                ctx.writeAndFlush(Unpooled.copiedBuffer(greeting, StandardCharsets.UTF_8));
            }

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
            }
        });
    }

    /**
     * Sends bytes as fast as they are taken, then closes. Byte number n has the value n modulo 251.
     *
     * @param length how many
     * @return the server
     */
    public static Consumer<SocketChannel> source(long length) {
        return channel -> channel.pipeline().addLast(new Source(length));
    }

    private static final class Source extends ChannelInboundHandlerAdapter {
        private final long length;
        private long sent;

        Source(long length) {
            this.length = length;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            send(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        private void send(ChannelHandlerContext ctx) {
            while (sent < length && ctx.channel().isWritable()) {
                int size = (int) Math.min(CHUNK, length - sent);
                ByteBuf chunk = ctx.alloc().buffer(size);
                for (int i = 0; i < size; i++) {
                    chunk.writeByte((int) ((sent + i) % 251));
                }
                sent += size;
                ctx.writeAndFlush(chunk);
                if (sent == length) {
                    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> ctx.close());
                }
            }
        }
    }
}
