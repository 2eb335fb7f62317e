package io.kubetun.kube.portforward;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Asks the API server to turn an HTTP/1.1 connection into a port-forward, then leaves the pipeline with all of HTTP. */
final class Upgrade extends ChannelInboundHandlerAdapter {
    /** The longest refusal that is read. */
    private static final int MAX_ANSWER = 64 << 10;

    private static final String SPDY_STREAMS = "portforward.k8s.io";
    private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final HttpClientCodec codec = new HttpClientCodec();
    private final HttpObjectAggregator aggregator = new HttpObjectAggregator(MAX_ANSWER);
    private final WireFormat format;
    private final FullHttpRequest request;
    private final Outcome outcome;
    private boolean done;

    Upgrade(URI base, PodKey pod, int port, WireFormat format, Map<String, List<String>> credentials, Outcome outcome) {
        this.format = format;
        this.outcome = outcome;
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
        String path = prefix + "/api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.pod() + "/portforward"
                + (format == WireFormat.WEBSOCKET_CHANNELS ? "?ports=" + port : "");
        HttpMethod method = format == WireFormat.SPDY ? HttpMethod.POST : HttpMethod.GET;
        request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path);
        credentials.forEach((name, values) -> request.headers().add(name, values));
        request.headers().set(HttpHeaderNames.HOST, base.getRawAuthority());
        request.headers().set(HttpHeaderNames.USER_AGENT, "kubetun");
        request.headers().set(HttpHeaderNames.CONNECTION, "Upgrade");
        if (format == WireFormat.SPDY) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
            request.headers().set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
            request.headers().set("X-Stream-Protocol-Version", SPDY_STREAMS);
        } else {
            byte[] key = new byte[16];
            new SecureRandom().nextBytes(key);
            request.headers().set(HttpHeaderNames.UPGRADE, "websocket");
            request.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, 13);
            request.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, format.protocol());
            request.headers()
                    .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, Base64.getEncoder().encodeToString(key));
        }
    }

    /** Tells nobody any more: the connection was never made. */
    void abandon() {
        done = true;
        ReferenceCountUtil.safeRelease(request);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), null, codec).addBefore(ctx.name(), null, aggregator);
        if (ctx.channel().isActive()) {
            ctx.writeAndFlush(request);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(request);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (done) {
            ctx.fireChannelRead(msg);
            return;
        }
        if (!(msg instanceof FullHttpResponse response)) {
            ReferenceCountUtil.release(msg);
            return;
        }
        try {
            done = true;
            if (accepted(response)) {
                outcome.install(ctx.channel(), format);
                ctx.pipeline().remove(aggregator);
                ctx.pipeline().remove(this);
                ctx.pipeline().remove(codec);
                outcome.upgraded();
            } else {
                String text = message(response.content().toString(StandardCharsets.UTF_8));
                ctx.close();
                outcome.failed(new UpgradeRefusedException(
                        response.status().code(),
                        response.status() + (text.isEmpty() ? "" : ": " + DialFailures.shorten(text))));
            }
        } finally {
            response.release();
        }
    }

    private boolean accepted(FullHttpResponse response) {
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            return false;
        }
        if (format == WireFormat.SPDY) {
            return response.headers().containsValue(HttpHeaderNames.UPGRADE, "SPDY/3.1", true);
        }
        return format.protocol().equals(response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))
                && acceptKey(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY))
                        .equals(response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT));
    }

    private static String acceptKey(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SALT).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-1", missing);
        }
    }

    /** The message of a Kubernetes Status, or the text itself. */
    private static String message(String text) {
        try {
            return ConfigFactory.parseString(text).getString("message");
        } catch (ConfigException noStatus) {
            return text;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!done) {
            done = true;
            outcome.failed(new UpgradeRefusedException(0, "the connection was closed instead of upgraded"));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!done) {
            done = true;
            outcome.failed(cause);
        }
        ctx.close();
    }

    /** Told of the end, once, on the event loop. */
    interface Outcome {
        /** The connection is a port-forward now: its handlers are to be added at the end of the pipeline. */
        void install(Channel channel, WireFormat format);

        /** HTTP is gone from the pipeline: the new handlers may write. */
        void upgraded();

        /** It is none. */
        void failed(Throwable cause);
    }
}
