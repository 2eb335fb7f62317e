package io.kubetun.testkit.stream;

import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.runtime.PodRuntime;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The server's side of a {@code v4.channel.k8s.io} port-forward: for port number n of the request, channel 2n carries
 * data and channel 2n + 1 errors; the first message on each is the port, two bytes, the low one first.
 */
final class PortChannels extends ChannelInboundHandlerAdapter {
    private final PodRuntime pod;
    private final ActiveFaults faults;
    private final List<Integer> ports;
    private final List<PodForward> forwards = new ArrayList<>();
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private int open;

    PortChannels(PodRuntime pod, ActiveFaults faults, List<Integer> ports) {
        this.pod = pod;
        this.faults = faults;
        this.ports = List.copyOf(ports);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        open = ports.size();
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i);
            ChannelClient client = new ChannelClient(ctx, 2 * i, this);
            client.announce(port);
            PodForward forward = new PodForward(pod, port, faults, ctx.channel().eventLoop(), client);
            forwards.add(forward);
            forward.start();
        }
        ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case BinaryWebSocketFrame binary -> {
                waiting.add(binary.content());
                drain(ctx);
            }
            case PingWebSocketFrame ping -> ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
            case CloseWebSocketFrame close -> ctx.writeAndFlush(close).addListener(done -> ctx.close());
            default -> ReferenceCountUtil.release(message);
        }
    }

    /** Passes on what waits. A pod that takes no more stalls all ports of the connection. */
    void drain(ChannelHandlerContext ctx) {
        while (!waiting.isEmpty()) {
            ByteBuf next = waiting.element();
            int channel = next.isReadable() ? next.getUnsignedByte(next.readerIndex()) : Integer.MAX_VALUE;
            if (channel % 2 != 0 || channel / 2 >= forwards.size()) {
                waiting.remove().release();
            } else if (forwards.get(channel / 2).writable()) {
                forwards.get(channel / 2).write(waiting.remove().skipBytes(1));
            } else {
                break;
            }
        }
        ctx.channel().config().setAutoRead(waiting.isEmpty());
    }

    /** One port is over; with the last one the connection is. */
    void ended(ChannelHandlerContext ctx) {
        open--;
        if (open == 0) {
            ctx.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(done -> ctx.close());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        forwards.forEach(forward -> forward.clientReady(ctx.channel().isWritable()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forwards.forEach(PodForward::cancel);
        waiting.forEach(ByteBuf::release);
        waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
