package io.kubetun.kernel.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How fast a link is by itself, on loopback: printed, and held to a floor that only a defect goes below. */
@Timeout(60)
class LinkSpeedTest {
    private static final long BYTES = Long.getLong("link.speed.bytes", 200L << 20);

    @ParameterizedTest
    @CsvSource({"down,1", "down,8", "up,1", "up,8"})
    void carriesMuch(String direction, int flows) throws Exception {
        boolean down = direction.equals("down");
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession(), Duration.ofSeconds(60))) {
            Sink sink = new Sink(flows);
            Channel target = new ServerBootstrap()
                    .group(fixture.far.eventLoops())
                    .channelFactory(fixture.far.listeners())
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childHandler(down ? new Source(BYTES / flows) : sink)
                    .bind(LinkFixture.LOOPBACK, 0)
                    .sync()
                    .channel();
            fixture.destination = (InetSocketAddress) target.localAddress();
            List<Channel> open = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < flows; i++) {
                Channel flow = fixture.flow();
                open.add(flow);
                flow.eventLoop().execute(() -> {
                    flow.pipeline().addLast(down ? sink : new Source(BYTES / flows));
                    flow.config().setAutoRead(true);
                });
            }
            assertThat(sink.ended.await(50, TimeUnit.SECONDS)).isTrue();
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("link %s, %d flows: %.0f MB/s%n", direction, flows, sink.bytes.get() / seconds / 1e6);
            assertThat(sink.failures).isEmpty();
            assertThat(sink.bytes.get()).isEqualTo(BYTES / flows * flows);
            assertThat(sink.bytes.get() / seconds).isGreaterThan(20e6);
            open.forEach(Channel::close);
            target.close().sync();
        }
    }

    @Sharable
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final AtomicLong bytes = new AtomicLong();
        private final CountDownLatch ended;
        private final List<String> failures = new CopyOnWriteArrayList<>();

        Sink(int flows) {
            ended = new CountDownLatch(flows);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            bytes.addAndGet(((ByteBuf) message).readableBytes());
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended.countDown();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause.toString());
            ended.countDown();
        }
    }

    @Sharable
    private static final class Source extends ChannelInboundHandlerAdapter {
        private static final ByteBuf BLOCK =
                Unpooled.unreleasableBuffer(Unpooled.directBuffer(1 << 16).writeZero(1 << 16));

        private final long bytes;
        private final AttributeKey<Long> sent = AttributeKey.valueOf("sent");

        Source(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.channel().attr(sent).set(0L);
            if (context.channel().isActive()) {
                write(context);
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            write(context);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            write(context);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // The test cuts what it has done with.
            context.close();
        }

        private void write(ChannelHandlerContext context) {
            long done = context.channel().attr(sent).get();
            while (context.channel().isWritable() && done < bytes) {
                int length = (int) Math.min(BLOCK.capacity(), bytes - done);
                done += length;
                context.channel().attr(sent).set(done);
                context.write(BLOCK.retainedSlice(0, length));
            }
            if (done == bytes && context.channel().isOpen()) {
                context.channel().attr(sent).set(done + 1);
                context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(written -> ((DuplexChannel) context.channel()).shutdownOutput());
            } else {
                context.flush();
            }
        }
    }
}
