package io.kubetun.kernel.http;

import io.kubetun.kernel.http.Pages.Page;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.NetUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: GET and HEAD, one answer after the other. */
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);

    private final Pages pages;
    private final boolean local;

    /** @param local whether only this machine is served: then a name that a web page has chosen is no way in */
    PageHandler(Pages pages, boolean local) {
        this.pages = pages;
        this.local = local;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        boolean head = request.method().equals(HttpMethod.HEAD);
        boolean keep = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        if (request.decoderResult().isFailure()) {
            answer(context, Page.plain(400, "That is no HTTP request.\n"), false, false);
        } else if (!head && !request.method().equals(HttpMethod.GET)) {
            answer(context, Page.plain(405, "Only GET.\n"), false, keep);
        } else if (local && !isLocal(request.headers().get(HttpHeaderNames.HOST, ""))) {
            answer(context, Page.plain(403, "Ask by the address, not by a name.\n"), head, keep);
        } else {
            String path = new QueryStringDecoder(request.uri()).path();
            String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
            context.channel().config().setAutoRead(false);
            Thread.ofVirtual().name("http").start(() -> {
                Page page = make(path, accept);
                context.executor().execute(() -> {
                    answer(context, page, head, keep);
                    context.channel().config().setAutoRead(true);
                });
            });
        }
    }

    private Page make(String path, String accept) {
        try {
            return pages.page(path, accept);
        } catch (RuntimeException e) {
            LOG.warn("no answer to GET {}", path, e);
            return Page.plain(500, "Something failed that should not; the log says what.\n");
        }
    }

    private static void answer(ChannelHandlerContext context, Page page, boolean head, boolean keep) {
        byte[] body = page.body();
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(page.status()),
                head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.type())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        HttpUtil.setKeepAlive(response, keep);
        var written = context.writeAndFlush(response);
        if (!keep) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static boolean isLocal(String host) {
        String name = host.startsWith("[")
                ? host.substring(1, Math.max(1, host.indexOf(']')))
                : host.substring(0, host.indexOf(':') < 0 ? host.length() : host.indexOf(':'));
        return name.isEmpty()
                || name.equalsIgnoreCase("localhost")
                || NetUtil.isValidIpV4Address(name)
                || NetUtil.isValidIpV6Address(name);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("an HTTP connection broke", cause);
        context.close();
    }
}
