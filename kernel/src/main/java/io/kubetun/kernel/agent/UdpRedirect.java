package io.kubetun.kernel.agent;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * The datagrams of one taken UDP port: a flow for each client, over the link or to the original. A flow ends after 60 s
 * without a datagram, or when there are 1,024 newer ones. Used on its loop only.
 */
final class UdpRedirect extends ChannelInboundHandlerAdapter {
    private static final int MAX_FLOWS = 1_024;

    /** Datagrams that wait while the way is found; the next one is dropped, as a full buffer would. */
    private static final int MAX_WAITING = 16;

    private static final long IDLE_SECONDS = 60;

    private final InetSocketAddress to;
    private final Lead lead;
    private final Map<InetSocketAddress, Flow> flows = new LinkedHashMap<>();
    private final List<Flow> written = new ArrayList<>();

    UdpRedirect(InetSocketAddress to, Lead lead) {
        this.to = to;
        this.lead = lead;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        Flow flow = flows.get(packet.sender());
        if (flow == null) {
            if (flows.size() >= MAX_FLOWS) {
                flows.values().iterator().next().end();
            }
            flow = new Flow(context.channel(), packet.sender());
            flows.put(packet.sender(), flow);
            flow.open();
        }
        flow.send(packet.content());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // A flush may end its flow.
        written.forEach(Flow::flush);
        written.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // An ICMP error about a datagram that was sent before; the socket goes on.
    }

    /** One client's. */
    private final class Flow extends ChannelInboundHandlerAdapter {
        private final Channel listener;
        private final InetSocketAddress client;
        private final Queue<ByteBuf> waiting = new ArrayDeque<>();
        private Channel way;
        private java.util.concurrent.Future<?> watch;
        private boolean used = true;
        private boolean unflushed;
        private boolean ended;

        Flow(Channel listener, InetSocketAddress client) {
            this.listener = listener;
            this.client = client;
        }

        void open() {
            watch = listener.eventLoop().scheduleAtFixedRate(this::look, IDLE_SECONDS, IDLE_SECONDS, TimeUnit.SECONDS);
            lead.connectDatagrams(to, client).addListener((Future<Channel> found) -> {
                if (!found.isSuccess()) {
                    end();
                } else if (ended) {
                    found.getNow().close();
                } else {
                    use(found.getNow());
                }
            });
        }

        private void look() {
            if (!used) {
                end();
            }
            used = false;
        }

        private void use(Channel found) {
            way = found;
            way.pipeline().addLast(this);
            way.closeFuture().addListener(gone -> end());
            way.config().setAutoRead(true);
            for (ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
                send(each);
            }
            way.flush();
        }

        void send(ByteBuf datagram) {
            used = true;
            if (way != null && way.isWritable()) {
                way.write(datagram, way.voidPromise());
                if (!unflushed) {
                    unflushed = true;
                    written.add(this);
                }
            } else if (way == null && !ended && waiting.size() < MAX_WAITING) {
                waiting.add(datagram);
            } else {
                datagram.release();
            }
        }

        void flush() {
            unflushed = false;
            way.flush();
        }

        void end() {
            if (!ended) {
                ended = true;
                flows.remove(client, this);
                watch.cancel(false);
                waiting.forEach(ByteBuf::release);
                waiting.clear();
                if (way != null) {
                    way.close();
                }
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            used = true;
            listener.write(new DatagramPacket((ByteBuf) message, client), listener.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            listener.flush();
        }

        /** Nobody listens there, or the flow was reset. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end();
        }
    }
}
