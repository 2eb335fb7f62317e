package io.kubetun.testkit.api;

import io.kubetun.testkit.stream.WebSocketUpgrade;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Optional;

/** How the documents of a watch travel: as lines of a chunked body, or as messages of a WebSocket. */
sealed interface WatchOutput {
    /** Returns what closes a document: a brace, and in a body a line break. */
    byte[] ending();

    /** Sends a document, handed over. */
    void write(ByteBuf document);

    /** Says that there are no more. */
    void end();

    /** Answers the request in the way that it asks for. */
    static WatchOutput open(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (WebSocketUpgrade.wanted(request)) {
            Messages messages = new Messages(ctx);
            WebSocketUpgrade.start(ctx, request, Optional.empty(), () -> List.of(messages.control()));
            return messages;
        }
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private")
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        ctx.writeAndFlush(head);
        return new Lines(ctx);
    }

    /** Lines of a body. */
    record Lines(ChannelHandlerContext context) implements WatchOutput {
        @Override
        public byte[] ending() {
            return new byte[] {'}', '\n'};
        }

        @Override
        public void write(ByteBuf document) {
            context.writeAndFlush(new DefaultHttpContent(document));
        }

        @Override
        public void end() {
            context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /** Messages. The handler of requests has left the pipeline, so they go through the channel. */
    record Messages(ChannelHandlerContext context) implements WatchOutput {
        @Override
        public byte[] ending() {
            return new byte[] {'}'};
        }

        @Override
        public void write(ByteBuf document) {
            context.channel().writeAndFlush(new TextWebSocketFrame(document));
        }

        @Override
        public void end() {
            context.channel()
                    .writeAndFlush(new CloseWebSocketFrame(1000, ""))
                    .addListener(done -> context.channel().close());
        }

        ChannelInboundHandlerAdapter control() {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    switch (message) {
                        case PingWebSocketFrame ping -> ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
                        case CloseWebSocketFrame close ->
                            ctx.writeAndFlush(close).addListener(done -> ctx.close());
                        default -> ReferenceCountUtil.release(message);
                    }
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    ctx.close();
                }
            };
        }
    }
}
