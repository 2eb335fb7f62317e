package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;

/** The node's end of a v4.channel.k8s.io connection. */
final class ChannelsNode extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final SocketTransport transport;
    private final int port;
    private PodSocket socket;

    ChannelsNode(SocketTransport transport, int port) {
        this.transport = transport;
        this.port = port;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        for (int channel = 0; channel < 2; channel++) {
            ctx.writeAndFlush(message(channel, Unpooled.buffer().writeShortLE(port)));
        }
        socket = new PodSocket(transport, ctx, port, new PodSocket.Client() {
            @Override
            public void data(ByteBuf bytes) {
                ctx.writeAndFlush(message(0, bytes));
            }

            @Override
            public void ended(String failure) {
                if (!failure.isEmpty()) {
                    ctx.write(message(1, Unpooled.copiedBuffer(failure, StandardCharsets.UTF_8)));
                }
                ctx.writeAndFlush(new CloseWebSocketFrame()).addListener(sent -> ctx.close());
            }
        });
    }

    private static BinaryWebSocketFrame message(int channel, ByteBuf payload) {
        return new BinaryWebSocketFrame(
                Unpooled.wrappedBuffer(Unpooled.buffer(1).writeByte(channel), payload));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        switch (frame) {
            case BinaryWebSocketFrame data ->
                socket.write(data.content().skipBytes(1).retain());
            case PingWebSocketFrame ping ->
                ctx.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            default -> ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        socket.close();
    }
}
