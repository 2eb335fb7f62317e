package io.kubetun.testkit.stream;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns an HTTP connection into a WebSocket (RFC 6455). */
public final class WebSocketUpgrade {
    private static final int MESSAGE_LIMIT = 1 << 20;

    private WebSocketUpgrade() {}

    /**
     * Answers the handshake and puts other handlers in the place of the one that serves requests.
     *
     * @param ctx the handler of requests, the last of its pipeline
     * @param request the request
     * @param protocol the subprotocol that is agreed on; empty for none
     * @param handlers makes the handlers of frames, when the answer has been written
     */
    public static void start(
            ChannelHandlerContext ctx,
            FullHttpRequest request,
            Optional<String> protocol,
            Supplier<List<ChannelHandler>> handlers) {
        ChannelHandler self = ctx.handler();
        ChannelPipeline pipeline = ctx.pipeline();
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(MESSAGE_LIMIT)
                .allowMaskMismatch(false)
                .build();
        String url = "wss://" + request.headers().get("host", "localhost");
        ChannelFuture done =
                new WebSocketServerHandshaker13(url, protocol.orElse(null), config).handshake(ctx.channel(), request);
        handlers.get().forEach(pipeline::addLast);
        pipeline.remove(self);
        done.addListener(result -> {
            if (!result.isSuccess()) {
                ctx.close();
            }
        });
    }

    /**
     * Says whether a request asks for a WebSocket.
     *
     * @param request the request
     * @return true if so
     */
    public static boolean wanted(FullHttpRequest request) {
        return request.headers().containsValue("upgrade", "websocket", true);
    }
}
