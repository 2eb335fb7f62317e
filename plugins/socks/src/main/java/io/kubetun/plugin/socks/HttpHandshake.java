package io.kubetun.plugin.socks;

import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Reads one HTTP request: CONNECT (RFC 9110 section 9.3.6) begins a flow, GET of the PAC file is answered where that is
 * served, all else is refused. What follows a CONNECT goes on to the next handler.
 */
final class HttpHandshake extends ChannelInboundHandlerAdapter {
    private static final int MAX_REQUEST_LINE = 4096;
    private static final int MAX_HEADERS = 8192;
    private static final String PAC_PATH = "/proxy.pac";

    private final SessionContext session;
    private final Optional<Login> login;
    private final HttpService service;
    private final Limits limits;
    private Optional<Target> target = Optional.empty();
    private boolean answered;

    HttpHandshake(SessionContext session, Optional<Login> login, HttpService service, Limits limits) {
        this.session = session;
        this.login = login;
        this.service = service;
        this.limits = limits;
    }

    /** The decoder that belongs before this handler. */
    static HttpRequestDecoder decoder() {
        return new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEADERS));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (answered || !context.channel().isActive()) {
                return; // requests behind the first
            }
            if (message instanceof HttpRequest request) {
                request(context, request);
            } else if (message instanceof LastHttpContent && target.isPresent()) {
                connect(context, target.get());
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void request(ChannelHandlerContext context, HttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            answer(context, HttpAnswer.text(HttpResponseStatus.BAD_REQUEST, "this is not an HTTP request"));
        } else if (request.method().equals(HttpMethod.CONNECT) && service.connect()) {
            checkConnect(context, request);
        } else if (request.method().equals(HttpMethod.GET)
                && service.pac().isPresent()
                && path(request.uri()).equals(PAC_PATH)) {
            Channel client = context.channel();
            answer(
                    context,
                    HttpAnswer.pac(
                            service.pac().get().script((InetSocketAddress) client.localAddress(), (InetSocketAddress)
                                    client.remoteAddress())));
        } else if (service.connect()) {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.METHOD_NOT_ALLOWED,
                            "this proxy only knows CONNECT; with curl, say --proxytunnel"));
        } else {
            answer(context, HttpAnswer.text(HttpResponseStatus.NOT_FOUND, "there is only " + PAC_PATH + " here"));
        }
    }

    private void checkConnect(ChannelHandlerContext context, HttpRequest request) {
        if (request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !request.headers().get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")) {
            answer(context, HttpAnswer.text(HttpResponseStatus.BAD_REQUEST, "a CONNECT has no content"));
        } else if (login.isPresent()
                && !BasicCredentials.match(
                        login.get(), request.headers().getAll(HttpHeaderNames.PROXY_AUTHORIZATION))) {
            answer(context, HttpAnswer.loginWanted());
        } else {
            target = authority(request.uri());
            if (target.isEmpty()) {
                answer(
                        context,
                        HttpAnswer.text(HttpResponseStatus.BAD_REQUEST, "a CONNECT names its target as host:port"));
            }
        }
    }

    private void connect(ChannelHandlerContext context, Target to) {
        answered = true;
        Channel client = context.channel();
        PendingFlow flow = new PendingFlow(session, to, FlowReply.HTTP, limits);
        client.pipeline().addLast(flow);
        leave(context);
        flow.dial(client);
    }

    private void answer(ChannelHandlerContext context, HttpAnswer answer) {
        answered = true;
        LingeringClose last = new LingeringClose(limits.lingerTime());
        context.pipeline().addLast(last);
        leave(context);
        last.answer(context.channel(), answer.bytes(context.alloc()));
    }

    private void leave(ChannelHandlerContext context) {
        context.pipeline().remove(HandshakeGuard.class);
        context.pipeline().remove(this);
        context.pipeline().remove(HttpRequestDecoder.class); // passes on what it has not read
    }

    static Optional<Target> authority(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        return port < 1 || port > 65535 || bareIpv6
                ? Optional.empty()
                : HostName.parse(host).map(name -> Target.of(name, port));
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }
}
