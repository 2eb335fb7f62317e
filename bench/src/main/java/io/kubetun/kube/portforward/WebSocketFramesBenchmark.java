package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Takes one binary message off the wire, and puts one on it, masked. The pipeline around it is part of the figure. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class WebSocketFramesBenchmark {
    /** Bytes of payload in a message. */
    @Param({"8", "1024", "16384"})
    public int payload;

    private final Wire wire = new Wire();
    private final Reader reader = new Reader();
    private EmbeddedChannel channel;
    private ByteBuf message;
    private ByteBuf bytes;

    /** Makes a connection whose far ends release what they get. */
    @Setup
    public void connect() {
        channel = new EmbeddedChannel(wire, new WebSocketFrames(false, new SplittableRandom(1)), reader);
        bytes = PooledByteBufAllocator.DEFAULT.directBuffer(payload).writeZero(payload);
        message = PooledByteBufAllocator.DEFAULT.directBuffer(payload + 4).writeByte(0x82);
        if (payload < 126) {
            message.writeByte(payload);
        } else {
            message.writeByte(126).writeShort(payload);
        }
        message.writeBytes(bytes, 0, payload);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        channel.finishAndReleaseAll();
        message.release();
        bytes.release();
    }

    /**
     * Reads a message.
     *
     * @return the bytes of payload so far
     */
    @Benchmark
    public long read() {
        channel.pipeline().fireChannelRead(message.retainedDuplicate());
        return reader.bytes;
    }

    /**
     * Writes a message.
     *
     * @return the bytes put on the wire so far
     */
    @Benchmark
    public long write() {
        channel.write(bytes.retainedDuplicate(), channel.voidPromise());
        channel.flush();
        return wire.bytes;
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {
        private long bytes;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            bytes += ((ByteBuf) msg).readableBytes();
            ReferenceCountUtil.release(msg);
        }
    }

    private static final class Wire extends ChannelOutboundHandlerAdapter {
        private long bytes;

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            bytes += ((ByteBuf) msg).readableBytes();
            ReferenceCountUtil.release(msg);
        }
    }
}
