package io.kubetun.testkit.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.runtime.PodRuntime;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Answers the requests of one connection: authenticate, authorize, serve. */
final class ApiHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final Backend backend;
    private final Watches watches;
    private final Authorizer authorizer;
    private final AccessReviews reviews;
    private final Resources resources;
    private final Discovery discovery;

    ApiHandler(Backend backend, Watches watches) {
        this.backend = backend;
        this.watches = watches;
        authorizer = new Authorizer(backend.faults());
        reviews = new AccessReviews(authorizer);
        resources = new Resources(backend.store(), backend.admission());
        discovery = new Discovery(backend.version());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        try {
            serve(ctx, request);
        } catch (StatusException refused) {
            respond(ctx, request, refused.code(), Json.write(refused.body()));
        }
    }

    private void serve(ChannelHandlerContext ctx, FullHttpRequest request) {
        Optional<ApiRequest> asked = ApiRequest.of(request);
        asked.ifPresent(resource -> backend.requests().add(resource.verb(), resource.resource()));
        backend.faults().active(Fault.Unavailable.class).findFirst().ifPresent(fault -> {
            throw new StatusException(
                    fault.status(), "ServiceUnavailable", "the server is currently unable to handle" + " the request");
        });
        Account account = backend.accounts().authenticate(ctx.channel(), request.headers());
        if (asked.isEmpty()) {
            servePath(ctx, request, account);
            return;
        }
        authorizer.check(account, asked.get(), asked.get().verb());
        if (!asked.get().subresource().isEmpty()) {
            serveSubresource(ctx, request, asked.get(), account);
        } else if (asked.get().verb().equals("watch")) {
            watches.start(ctx, request, asked.get());
        } else {
            serveResource(ctx, request, asked.get());
        }
    }

    private void servePath(ChannelHandlerContext ctx, FullHttpRequest request, Account account) {
        String path = new QueryStringDecoder(request.uri()).path();
        authorizer.checkPath(account, backend.accounts().isAnonymous(account), path);
        if (path.startsWith("/healthz") || path.startsWith("/livez") || path.startsWith("/readyz")) {
            respond(ctx, request, 200, "ok".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        requireJson(contentType(request));
        Optional<ObjectNode> review = reviews.answer(account, path, ByteBufUtil.getBytes(request.content()));
        ObjectNode answer = review.or(() -> discovery.answer(path))
                .orElseThrow(
                        () -> new StatusException(404, "NotFound", "the server could not find the requested resource"));
        respond(ctx, request, review.isPresent() ? 201 : 200, Json.write(answer));
    }

    private void serveResource(ChannelHandlerContext ctx, FullHttpRequest request, ApiRequest asked) {
        byte[] body = ByteBufUtil.getBytes(request.content());
        requireJson(contentType(request));
        byte[] answer = switch (asked.verb()) {
            case "get" -> resources.get(asked);
            case "list" -> resources.list(asked);
            case "create" -> resources.create(asked, body);
            case "update" -> resources.update(asked, body);
            case "patch" -> resources.patch(asked, contentType(request), body);
            case "delete" -> resources.delete(asked, body);
            default -> resources.deleteCollection(asked);
        };
        respond(ctx, request, asked.verb().equals("create") ? 201 : 200, answer);
    }

    private static String contentType(FullHttpRequest request) {
        return Optional.ofNullable(HttpUtil.getMimeType(request))
                .map(CharSequence::toString)
                .orElse("");
    }

    private static void requireJson(String contentType) {
        if (!contentType.isEmpty() && !contentType.endsWith("json")) {
            throw new StatusException(
                    415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include:"
                            + " application/json");
        }
    }

    private void serveSubresource(
            ChannelHandlerContext ctx, FullHttpRequest request, ApiRequest asked, Account account) {
        if (asked.subresource().equals("status")) {
            serveResource(ctx, request, asked);
            return;
        }
        if (asked.type().equals(ResourceType.PODS) && asked.subresource().equals("ephemeralcontainers")) {
            byte[] body = ByteBufUtil.getBytes(request.content());
            requireJson(contentType(request));
            respond(
                    ctx,
                    request,
                    200,
                    switch (asked.verb()) {
                        case "get" -> resources.get(asked);
                        case "patch" -> resources.patchEphemeral(asked, contentType(request), body);
                        default ->
                            throw new StatusException(
                                    405,
                                    "MethodNotAllowed",
                                    "the server does not allow this method on the requested resource");
                    });
            return;
        }
        boolean portForward = asked.subresource().equals("portforward");
        if (!asked.type().equals(ResourceType.PODS)
                || !(portForward || asked.subresource().equals("exec"))) {
            throw new StatusException(404, "NotFound", "the server could not find the requested resource");
        }
        if (asked.verb().equals("get") && backend.getNeedsCreate()) {
            authorizer.check(account, asked, "create");
        }
        if (backend.store().find(asked.type(), asked.namespace(), asked.name()).isEmpty()) {
            throw StatusException.notFound(asked.type(), asked.name());
        }
        PodRuntime pod = backend.pods()
                .find(asked.namespace(), asked.name())
                .orElseThrow(
                        () -> StatusException.badRequest("pod " + asked.name() + " does not have a host assigned"));
        if (portForward) {
            backend.streams().portForward(ctx, request, asked.query(), pod);
        } else {
            backend.streams().exec(ctx, request, asked.query(), pod);
        }
    }

    private static void respond(ChannelHandlerContext ctx, FullHttpRequest request, int status, byte[] body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private")
                .set(
                        HttpHeaderNames.DATE,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        if (status == 429 || status == 503) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, 1);
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request) && !request.headers().contains(HttpHeaderNames.UPGRADE);
        HttpUtil.setContentLength(response, body.length);
        HttpUtil.setKeepAlive(response, keepAlive);
        ctx.writeAndFlush(response)
                .addListener(keepAlive ? ChannelFutureListener.CLOSE_ON_FAILURE : ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
