package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The node's end of a SPDY connection: a pair of streams is a socket to the port that their headers name. */
final class SpdyNode extends SimpleChannelInboundHandler<SpdyFrame> {
    private final SocketTransport transport;
    private final Map<String, Integer> errorStreams = new HashMap<>();
    private final Map<Integer, PodSocket> sockets = new HashMap<>();

    SpdyNode(SocketTransport transport) {
        this.transport = transport;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, SpdyFrame frame) {
        switch (frame) {
            case SpdySynStreamFrame syn -> open(ctx, syn);
            case SpdyDataFrame data -> data(data);
            case SpdyRstStreamFrame reset -> {
                PodSocket socket = sockets.remove(reset.streamId());
                if (socket != null) {
                    socket.clientEnded();
                }
            }
            case SpdyPingFrame ping -> ctx.writeAndFlush(ping);
            default -> throw new IllegalStateException("unexpected " + frame);
        }
    }

    private void open(ChannelHandlerContext ctx, SpdySynStreamFrame syn) {
        int id = syn.streamId();
        String request = syn.headers().get("requestid").toString();
        ctx.writeAndFlush(new DefaultSpdySynReplyFrame(id));
        if ("error".contentEquals(syn.headers().get("streamtype"))) {
            errorStreams.put(request, id);
            return;
        }
        int error = errorStreams.remove(request);
        int port = Integer.parseInt(syn.headers().get("port").toString());
        sockets.put(id, new PodSocket(transport, ctx, port, new PodSocket.Client() {
            @Override
            public void data(ByteBuf bytes) {
                ctx.writeAndFlush(new DefaultSpdyDataFrame(id, bytes));
            }

            @Override
            public void ended(String failure) {
                sockets.remove(id);
                // The data stream ends before the error message is sent, as with containerd.
                end(ctx, id);
                if (!failure.isEmpty()) {
                    ctx.write(new DefaultSpdyDataFrame(error, Unpooled.copiedBuffer(failure, StandardCharsets.UTF_8)));
                }
                end(ctx, error);
                ctx.flush();
            }
        }));
    }

    private static void end(ChannelHandlerContext ctx, int stream) {
        DefaultSpdyDataFrame last = new DefaultSpdyDataFrame(stream);
        last.setLast(true);
        ctx.write(last);
    }

    private void data(SpdyDataFrame data) {
        PodSocket socket = sockets.get(data.streamId());
        if (socket != null) {
            if (data.content().isReadable()) {
                socket.write(data.content().retain());
            }
            if (data.isLast()) {
                socket.clientEnded();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        List.copyOf(sockets.values()).forEach(PodSocket::close);
    }

    /** Carries the bytes in binary messages. */
    static final class InWebSocket extends MessageToMessageCodec<BinaryWebSocketFrame, ByteBuf> {
        @Override
        protected void encode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) {
            out.add(new BinaryWebSocketFrame(bytes.retain()));
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, BinaryWebSocketFrame frame, List<Object> out) {
            out.add(frame.content().retain());
        }
    }
}
