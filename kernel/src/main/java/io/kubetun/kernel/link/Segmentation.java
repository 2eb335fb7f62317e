package io.kubetun.kernel.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.util.Set;

/**
 * Datagrams of one size that leave in one turn leave as one piece, which the operating system cuts as late as it can: the
 * way through its network is paid once for all of them. Where it cannot they leave one by one, none is lost by the attempt.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/udp.7.html">udp(7): UDP_SEGMENT</a>
 */
final class Segmentation extends ChannelOutboundHandlerAdapter {
    /** Datagrams in one piece; Linux takes 64, newer ones 128. */
    private static final int MOST = 64;

    /** Bytes in one piece, which is one datagram of IP for most of its way. */
    private static final int LARGEST = 65_000;

    /** Larger ones are fragments on most networks, which are not cut this way. */
    private static final int LARGEST_DATAGRAM = 1472;

    /** What Linux says where it does not cut: EIO, EINVAL (a smaller MTU on the way), EMSGSIZE. */
    private static final Set<Integer> CANNOT = Set.of(5, 22, 90);

    private final InetSocketAddress to;
    private ByteBuf piece;
    private int size;
    private int count;
    private boolean oneByOne;

    Segmentation(InetSocketAddress to) {
        this.to = to;
    }

    /** Adds it to a channel that is to be connected, where the system knows it. */
    static void addTo(Channel channel, InetSocketAddress to) {
        if (channel instanceof EpollDatagramChannel && EpollDatagramChannel.isSegmentedDatagramPacketSupported()) {
            channel.pipeline().addLast(new Segmentation(to));
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf datagram) || oneByOne || !isCut(datagram.readableBytes())) {
            send(context);
            context.write(message, promise);
            return;
        }
        int length = datagram.readableBytes();
        if (piece != null && !takes(length)) {
            send(context);
        }
        if (piece == null) {
            piece = datagram;
            size = length;
            count = 1;
        } else {
            if (count == 1) {
                ByteBuf first = piece;
                piece = context.alloc().directBuffer(LARGEST).writeBytes(first);
                first.release();
            }
            piece.writeBytes(datagram);
            datagram.release();
            count++;
        }
        promise.trySuccess();
    }

    private static boolean isCut(int length) {
        return length > 0 && length <= LARGEST_DATAGRAM;
    }

    /** All datagrams of a piece are of one size, but for a smaller last one. */
    private boolean takes(int length) {
        int bytes = piece.readableBytes();
        return length <= size && bytes == count * size && count < MOST && bytes + length <= LARGEST;
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        send(context);
        context.flush();
    }

    private void send(ChannelHandlerContext context) {
        if (piece == null) {
            return;
        }
        ByteBuf whole = piece;
        int each = size;
        piece = null;
        if (count == 1) {
            context.write(whole, context.voidPromise());
            return;
        }
        context.write(new SegmentedDatagramPacket(whole.retainedDuplicate(), each, to))
                .addListener(sent -> {
                    if (sent.isSuccess()) {
                        whole.release();
                    } else if (cannot(sent.cause())) {
                        oneByOne = true;
                        sendOneByOne(context, whole, each);
                    } else {
                        whole.release();
                        context.fireExceptionCaught(sent.cause());
                    }
                });
    }

    private static boolean cannot(Throwable cause) {
        return cause instanceof Errors.NativeIoException known && CANNOT.contains(-known.expectedErr());
    }

    private static void sendOneByOne(ChannelHandlerContext context, ByteBuf whole, int each) {
        while (whole.isReadable()) {
            context.write(whole.readRetainedSlice(Math.min(each, whole.readableBytes())), context.voidPromise());
        }
        whole.release();
        context.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }
}
