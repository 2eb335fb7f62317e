package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * ICMP echo without privileges: Linux's datagram sockets for ICMP, whose identifier the operating system sets and whose
 * answers it sorts. One socket for each loop and kind of address, opened on first use. Safe for use by several threads.
 *
 * @see <a href="https://www.man7.org/linux/man-pages/man7/icmp.7.html">icmp(7): ping_group_range</a>
 */
final class EchoSockets implements AutoCloseable {
    private static final long LIMIT_SECONDS = 5;

    /** Pings that wait for their answers, for each socket; the next one is refused. */
    private static final int MAX_WAITING = 1024;

    private static final int MAX_MESSAGE = 65_535;

    private final Map<Key, Asking> sockets = new ConcurrentHashMap<>();

    private record Key(EventLoop loop, boolean ipv6) {}

    /** Asks; completed on the loop. */
    Future<Boolean> ask(InetAddress to, int size, EventLoop loop) {
        Promise<Boolean> answered = loop.newPromise();
        loop.execute(() -> sockets.computeIfAbsent(new Key(loop, to instanceof Inet6Address), Asking::new)
                .ask(to, size, answered));
        return answered;
    }

    @Override
    public void close() {
        sockets.values().forEach(Asking::close);
    }

    /** One socket and who waits at it. Used on its loop only. */
    private static final class Asking extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Key key;
        private final IntObjectMap<Promise<Boolean>> waiting = new IntObjectHashMap<>();
        private Channel socket;
        private int last;

        Asking(Key key) {
            this.key = key;
        }

        void ask(InetAddress to, int size, Promise<Boolean> answered) {
            if (socket == null) {
                int descriptor = PingSocket.open(key.ipv6());
                if (descriptor < 0) {
                    answered.tryFailure(
                            new DialException(
                                    Reason.FORBIDDEN,
                                    "the gateway may not ping: set the pod's sysctl net.ipv4.ping_group_range to \"0 2147483647\""));
                    return;
                }
                socket = new Bootstrap()
                        .group(key.loop())
                        .channelFactory(() -> new EpollDatagramChannel(descriptor))
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_MESSAGE))
                        .handler(this)
                        .register()
                        .channel();
            }
            if (waiting.size() >= MAX_WAITING) {
                answered.tryFailure(new DialException(Reason.LIMIT, "too many pings wait for an answer"));
                return;
            }
            int number = next();
            waiting.put(number, answered);
            var limit = key.loop()
                    .schedule(
                            () -> {
                                waiting.remove(number);
                                answered.trySuccess(false);
                            },
                            LIMIT_SECONDS,
                            TimeUnit.SECONDS);
            answered.addListener(done -> limit.cancel(false));
            socket.writeAndFlush(new DatagramPacket(request(number, size), new InetSocketAddress(to, 0)))
                    .addListener(sent -> {
                        if (!sent.isSuccess() && waiting.remove(number) != null) {
                            answered.tryFailure(new DialException(
                                    Reason.UNREACHABLE,
                                    to.getHostAddress() + " cannot be pinged: "
                                            + sent.cause().getMessage()));
                        }
                    });
        }

        private int next() {
            do {
                last = (last + 1) & 0xffff;
            } while (waiting.containsKey(last));
            return last;
        }

        /** Type, code, checksum and identifier (both set by the operating system), sequence number, data. */
        private ByteBuf request(int number, int size) {
            ByteBuf message = socket.alloc().directBuffer(8 + size);
            message.writeByte(key.ipv6() ? 128 : 8)
                    .writeByte(0)
                    .writeShort(0)
                    .writeShort(0)
                    .writeShort(number);
            return message.writeZero(size);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            ByteBuf message = packet.content();
            int reply = key.ipv6() ? 129 : 0;
            if (message.readableBytes() >= 8 && message.getUnsignedByte(message.readerIndex()) == reply) {
                Promise<Boolean> answered = waiting.remove(message.getUnsignedShort(message.readerIndex() + 6));
                if (answered != null) {
                    answered.trySuccess(true);
                }
            }
        }

        /** An ICMP error about some request, which then has no answer. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!context.channel().isOpen()) {
                socket = null;
            }
        }

        void close() {
            Channel open = socket;
            if (open != null) {
                open.close();
            }
        }
    }
}
