package io.kubetun.kube.portforward;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * An API server and node in small: real sockets that speak the three port-forward formats and dial ports of this
 * machine's loopback as the pod's. As containerd does, it cuts the pod's answer one second after the client's end.
 */
final class TestNode implements AutoCloseable {
    private final SocketTransport transport = new SocketTransport(1);
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Map<WireFormat, HttpResponseStatus> refusals = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Semaphore answering = new Semaphore(1);
    private volatile String token = "";
    private Channel listener;

    TestNode() throws InterruptedException {
        listen(0);
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Answers upgrades to this format with this status. */
    void refuse(WireFormat format, HttpResponseStatus status) {
        refusals.put(format, status);
    }

    /** Wants this bearer token. */
    void wantToken(String wanted) {
        token = wanted;
    }

    /** The request lines so far. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    int openConnections() {
        return connections.size();
    }

    /** Reads and answers nothing until {@link #answer}. */
    void stopAnswering() {
        CountDownLatch stopped = new CountDownLatch(1);
        answering.drainPermits();
        transport.eventLoops().next().execute(() -> {
            stopped.countDown();
            answering.acquireUninterruptibly();
            answering.release();
        });
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes on. */
    void answer() {
        answering.release();
    }

    /** Cuts all connections. */
    void cutConnections() {
        connections.close().syncUninterruptibly();
    }

    /** Stops as a server process does that is killed. */
    void stop() {
        listener.close().syncUninterruptibly();
        cutConnections();
    }

    /** Listens again, at the port of before. */
    void listen(int port) throws InterruptedException {
        listener = new ServerBootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.listeners())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1024), new Requests());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync()
                .channel();
    }

    @Override
    public void close() {
        answer();
        stop();
        transport.close();
    }

    private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            requests.add(request.method() + " " + request.uri());
            WireFormat format = format(request);
            if (!token.isEmpty()
                    && !("Bearer " + token).equals(request.headers().get(HttpHeaderNames.AUTHORIZATION))) {
                answer(ctx, HttpResponseStatus.UNAUTHORIZED);
            } else if (refusals.containsKey(format)) {
                answer(ctx, refusals.get(format));
            } else if (format == WireFormat.SPDY) {
                FullHttpResponse upgraded =
                        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
                upgraded.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
                upgraded.headers().set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
                ctx.writeAndFlush(upgraded);
                ctx.pipeline().addLast(codec(), new SpdyNode(transport));
                ctx.pipeline().remove(HttpObjectAggregator.class);
                ctx.pipeline().remove(HttpServerCodec.class);
                ctx.pipeline().remove(this);
            } else {
                webSocket(ctx, request, format);
            }
        }

        private void webSocket(ChannelHandlerContext ctx, FullHttpRequest request, WireFormat format) {
            new WebSocketServerHandshaker13(
                            "ws://x/",
                            format.protocol(),
                            WebSocketDecoderConfig.newBuilder()
                                    .maxFramePayloadLength(1 << 22)
                                    .build())
                    .handshake(ctx.channel(), request);
            if (format == WireFormat.SPDY_IN_WEBSOCKET) {
                ctx.pipeline().addLast(new SpdyNode.InWebSocket(), codec(), new SpdyNode(transport));
            } else {
                ctx.pipeline()
                        .addLast(new ChannelsNode(
                                transport, Integer.parseInt(request.uri().replaceAll(".*=", ""))));
            }
            ctx.pipeline().remove(this);
        }

        private void answer(ChannelHandlerContext ctx, HttpResponseStatus status) {
            FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
            response.content()
                    .writeBytes(("{\"kind\":\"Status\",\"message\":\"no: " + status.code() + "\"}")
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
            ctx.writeAndFlush(response);
        }
    }

    private static WireFormat format(FullHttpRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            return WireFormat.SPDY;
        }
        return request.uri().contains("?ports=") ? WireFormat.WEBSOCKET_CHANNELS : WireFormat.SPDY_IN_WEBSOCKET;
    }

    private static SpdyFrameCodec codec() {
        return new SpdyFrameCodec(SpdyVersion.SPDY_3_1, 65536, 16384, 6, 15, 8, false);
    }
}
