package io.kubetun.plugin.tun;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One flow of UDP: what a program sends waits here, in bounds, for its channel; what comes back becomes packets.
 * {@link #send} is for the bus's thread, {@link #close} for any, the rest for the flow's loop.
 */
final class DatagramFlow {
    /** Datagrams that wait; the next one is lost, as datagrams may be. */
    private static final int WAITING = 512;

    private final MemorySegment first;
    private final EventLoop loop;
    private final Outlet outlet;
    private final MemorySegment scratch;
    private final Runnable ended;
    private final Queue<ByteBuf> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicBoolean draining = new AtomicBoolean();
    private Optional<Channel> channel = Optional.empty();
    private boolean over;

    /**
     * Makes a flow that is being dialled.
     *
     * @param first a copy of its first packet: whom to answer
     * @param loop where it lives
     * @param outlet where answers go
     * @param scratch the loop's memory for one packet
     * @param ended told when the flow is no longer
     */
    DatagramFlow(MemorySegment first, EventLoop loop, Outlet outlet, MemorySegment scratch, Runnable ended) {
        this.first = first;
        this.loop = loop;
        this.outlet = outlet;
        this.scratch = scratch;
        this.ended = ended;
    }

    void send(PacketView packet) {
        ByteBuf data = Datagrams.data(packet, PooledByteBufAllocator.DEFAULT.directBuffer(packet.payload));
        if (waiting.offer(data)) {
            drainSoon();
        } else {
            data.release();
            outlet.counts().add(Count.LOST);
        }
    }

    private void drainSoon() {
        if (draining.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        draining.set(false);
        if (over) {
            discard();
        }
        channel.ifPresent(open -> {
            while (hasRoom(open)) {
                ByteBuf data = waiting.poll();
                if (data == null) {
                    break;
                }
                open.write(data, open.voidPromise());
            }
            open.flush();
        });
    }

    private static boolean hasRoom(Channel open) {
        if (!open.isWritable()) {
            // Perhaps only what was written in this turn is in the way.
            open.flush();
        }
        return open.isWritable();
    }

    void opened(Channel open) {
        if (over) {
            open.close();
            return;
        }
        channel = Optional.of(open);
        open.pipeline().addLast(new Answered());
        open.closeFuture().addListener(end -> end());
        open.config().setAutoRead(true);
        drain();
    }

    void refused(Refusal refusal) {
        outlet.refuse(first, refusal);
        end();
    }

    void close() {
        loop.execute(this::end);
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        ended.run();
        discard();
        channel.ifPresent(Channel::close);
    }

    private void discard() {
        for (ByteBuf data = waiting.poll(); data != null; data = waiting.poll()) {
            data.release();
        }
    }

    private final class Answered extends SimpleChannelInboundHandler<ByteBuf> {
        private final PacketView question = PacketView.of(first);

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf data) {
            outlet.answer(question, data, scratch);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable() && !waiting.isEmpty()) {
                drainSoon();
            }
            context.fireChannelWritabilityChanged();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            outlet.refuse(first, Refusal.PORT);
            context.close();
        }
    }
}
