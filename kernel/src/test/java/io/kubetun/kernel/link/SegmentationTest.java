package io.kubetun.kernel.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which datagrams leave as one piece, and what becomes of those that the system does not cut. */
class SegmentationTest {
    private static final InetSocketAddress TO = new InetSocketAddress(LinkFixture.LOOPBACK, 7);
    private static final int EINVAL = 22;
    private static final int EPERM = 1;

    @BeforeEach
    void linux() {
        assumeThat(Epoll.isAvailable()).as("epoll").isTrue();
    }

    private static void write(EmbeddedChannel channel, int... sizes) {
        for (int size : sizes) {
            channel.write(Unpooled.buffer(size).writeZero(size));
        }
        channel.flush();
    }

    private static void assertPiece(Object written, int segment, int bytes) {
        SegmentedDatagramPacket piece = (SegmentedDatagramPacket) written;
        assertThat(piece.segmentSize()).isEqualTo(segment);
        assertThat(piece.content().readableBytes()).isEqualTo(bytes);
        assertThat(piece.recipient()).isEqualTo(TO);
        piece.release();
    }

    private static void assertSingle(Object written, int bytes) {
        ByteBuf single = (ByteBuf) written;
        assertThat(single.readableBytes()).isEqualTo(bytes);
        single.release();
    }

    @Test
    void aPieceEndsWithASmallerOneOrBeforeALargerOne() {
        EmbeddedChannel channel = new EmbeddedChannel(new Segmentation(TO));
        write(channel, 1400, 1400, 600, 600, 700, 3000, 10);
        assertPiece(channel.readOutbound(), 1400, 3400);
        assertSingle(channel.readOutbound(), 600);
        assertSingle(channel.readOutbound(), 700);
        assertSingle(channel.readOutbound(), 3000);
        assertSingle(channel.readOutbound(), 10);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void aPieceIsOfAtMost64() {
        EmbeddedChannel channel = new EmbeddedChannel(new Segmentation(TO));
        int[] sizes = new int[70];
        Arrays.fill(sizes, 20);
        write(channel, sizes);
        assertPiece(channel.readOutbound(), 20, 64 * 20);
        assertPiece(channel.readOutbound(), 20, 6 * 20);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void whatIsNotCutLeavesOneByOne() {
        EmbeddedChannel channel = new EmbeddedChannel(new Refusing(EINVAL), new Segmentation(TO));
        write(channel, 100, 100, 50);
        assertSingle(channel.readOutbound(), 100);
        assertSingle(channel.readOutbound(), 100);
        assertSingle(channel.readOutbound(), 50);
        write(channel, 100, 100);
        assertSingle(channel.readOutbound(), 100);
        assertSingle(channel.readOutbound(), 100);
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void anotherFailureIsTold() {
        EmbeddedChannel channel = new EmbeddedChannel(new Refusing(EPERM), new Segmentation(TO));
        write(channel, 100, 100);
        assertThatThrownBy(channel::checkException).isInstanceOf(NativeIoException.class);
        assertThat(channel.outboundMessages()).isEmpty();
        assertThat(channel.finish()).isFalse();
    }

    /** A system that takes no pieces. */
    private static final class Refusing extends ChannelOutboundHandlerAdapter {
        private final int errno;

        Refusing(int errno) {
            this.errno = errno;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof SegmentedDatagramPacket piece) {
                piece.release();
                promise.setFailure(new NativeIoException("sendmmsg(..)", -errno, false));
            } else {
                context.write(message, promise);
            }
        }
    }
}
