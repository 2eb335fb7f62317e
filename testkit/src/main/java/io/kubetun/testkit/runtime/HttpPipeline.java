package io.kubetun.testkit.runtime;

import io.kubetun.testkit.pod.HttpFunction;
import io.kubetun.testkit.pod.PodRequest;
import io.kubetun.testkit.pod.PodResponse;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.flow.FlowControlHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Serves an {@link HttpFunction}: one request at a time on each connection, each on a virtual thread.
 */
final class HttpPipeline extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** A larger request body is answered 413. */
    private static final int BODY_LIMIT = 64 << 20;

    private final HttpFunction function;

    private HttpPipeline(HttpFunction function) {
        this.function = function;
    }

    static Consumer<SocketChannel> of(HttpFunction function) {
        return channel -> channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(BODY_LIMIT),
                        new FlowControlHandler(),
                        new HttpPipeline(function));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        PodRequest asked = new PodRequest(
                request.method().name(), request.uri(), headers, ByteBufUtil.getBytes(request.content()));
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        ctx.channel().config().setAutoRead(false);
        Thread.ofVirtual().start(() -> respond(ctx, asked, keepAlive));
    }

    private void respond(ChannelHandlerContext ctx, PodRequest request, boolean keepAlive) {
        PodResponse answer = answer(request);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                Unpooled.wrappedBuffer(answer.body()));
        answer.headers().forEach(response.headers()::set);
        HttpUtil.setContentLength(response, answer.body().length);
        HttpUtil.setKeepAlive(response, keepAlive);
        ctx.writeAndFlush(response).addListener(written -> {
            if (!keepAlive) {
                ctx.close();
            }
            ctx.channel().config().setAutoRead(true);
        });
    }

    private PodResponse answer(PodRequest request) {
        try {
            return function.answer(request);
        } catch (Exception failure) {
            return new PodResponse(500, Map.of(), failure.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
}
