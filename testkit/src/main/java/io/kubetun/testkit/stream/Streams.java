package io.kubetun.testkit.stream;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.StreamFormat;
import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.pod.ExecFunction;
import io.kubetun.testkit.runtime.PodRuntime;
import io.kubetun.testkit.store.StatusException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * Turns requests into streams: port-forward in its three wire formats, and exec over WebSocket. Thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/">Kubernetes: API concepts</a>
 */
public final class Streams {
    private static final String PORT_FORWARD = "portforward.k8s.io";
    private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
    private static final String CHANNELS = "v4.channel.k8s.io";
    private static final List<String> EXEC = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");

    private final ActiveFaults faults;
    private final Collection<Open> open = new ConcurrentLinkedQueue<>();

    /**
     * An open port-forward connection.
     *
     * @param namespace the pod's namespace
     * @param pod the pod's name
     * @param format its wire format
     */
    public record Open(String namespace, String pod, StreamFormat format) {}

    /**
     * Makes it.
     *
     * @param faults the faults in force
     */
    public Streams(ActiveFaults faults) {
        this.faults = faults;
    }

    /**
     * Returns the port-forwards that are open.
     *
     * @return one element a connection
     */
    public List<Open> open() {
        return List.copyOf(open);
    }

    /**
     * Turns a connection into a port-forward.
     *
     * @param ctx the handler of requests, the last of its pipeline
     * @param request the request
     * @param query the parameters of its URI
     * @param pod where it leads
     * @throws StatusException if it asks for no format that is served
     */
    public void portForward(
            ChannelHandlerContext ctx, FullHttpRequest request, Map<String, List<String>> query, PodRuntime pod) {
        List<String> upgrades = tokens(request, HttpHeaderNames.UPGRADE);
        List<String> offered = tokens(request, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (upgrades.contains("spdy/3.1") && allowed(StreamFormat.SPDY)) {
            spdy(ctx, request, pod);
        } else if (WebSocketUpgrade.wanted(request)
                && has(offered, TUNNEL)
                && allowed(StreamFormat.SPDY_IN_WEBSOCKET)) {
            count(ctx, pod, StreamFormat.SPDY_IN_WEBSOCKET);
            WebSocketUpgrade.start(
                    ctx,
                    request,
                    Optional.of(TUNNEL),
                    () -> Stream.concat(Stream.of(new WebSocketBytes()), SpdySession.handlers(pod, faults).stream())
                            .toList());
        } else if (WebSocketUpgrade.wanted(request) && has(offered, CHANNELS) && allowed(StreamFormat.CHANNELS)) {
            List<Integer> ports = ports(query.getOrDefault("ports", List.of()));
            count(ctx, pod, StreamFormat.CHANNELS);
            WebSocketUpgrade.start(
                    ctx, request, Optional.of(CHANNELS), () -> List.of(new PortChannels(pod, faults, ports)));
        } else {
            throw StatusException.badRequest("Upgrade request required");
        }
    }

    /**
     * Turns a connection into the streams of a command.
     *
     * @param ctx the handler of requests, the last of its pipeline
     * @param request the request
     * @param query the parameters of its URI
     * @param pod where it runs
     * @throws StatusException if it asks for no format that is served, or the pod runs no commands
     */
    public void exec(
            ChannelHandlerContext ctx, FullHttpRequest request, Map<String, List<String>> query, PodRuntime pod) {
        List<String> offered = tokens(request, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        Optional<String> protocol =
                EXEC.stream().filter(known -> has(offered, known)).findFirst();
        ExecFunction function = pod.exec()
                .orElseThrow(() -> new StatusException(
                        500, "InternalError", "error executing command in container: no shell in pod " + pod.name()));
        if (protocol.isEmpty() || !WebSocketUpgrade.wanted(request)) {
            throw StatusException.badRequest("Upgrade request required");
        }
        List<String> command = query.getOrDefault("command", List.of());
        WebSocketUpgrade.start(ctx, request, protocol, () -> List.of(new ExecChannels(function, command)));
    }

    private void spdy(ChannelHandlerContext ctx, FullHttpRequest request, PodRuntime pod) {
        if (!request.headers().getAll("X-Stream-Protocol-Version").contains(PORT_FORWARD)) {
            throw new StatusException(
                    403,
                    "Forbidden",
                    "unable to upgrade: unable to negotiate protocol: client supports "
                            + request.headers().getAll("X-Stream-Protocol-Version") + ", server accepts ["
                            + PORT_FORWARD + "]");
        }
        count(ctx, pod, StreamFormat.SPDY);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.UPGRADE, "SPDY/3.1")
                .set("X-Stream-Protocol-Version", PORT_FORWARD);
        ctx.writeAndFlush(response);
        ChannelPipeline pipeline = ctx.pipeline();
        SpdySession.handlers(pod, faults).forEach(pipeline::addLast);
        pipeline.remove(HttpObjectAggregator.class);
        pipeline.remove(ctx.handler());
        pipeline.remove(HttpServerCodec.class);
    }

    private void count(ChannelHandlerContext ctx, PodRuntime pod, StreamFormat format) {
        Open opened = new Open(pod.namespace(), pod.name(), format);
        open.add(opened);
        ctx.channel().closeFuture().addListener(closed -> open.remove(opened));
    }

    private boolean allowed(StreamFormat format) {
        return faults.active(Fault.NoUpgrade.class)
                .noneMatch(fault -> fault.formats().contains(format));
    }

    private static List<Integer> ports(List<String> values) {
        List<Integer> ports = new ArrayList<>();
        for (String value : values) {
            for (String port : value.split(",", -1)) {
                if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535) {
                    throw StatusException.badRequest("unable to parse \"" + port + "\" as a port");
                }
                ports.add(Integer.parseInt(port));
            }
        }
        if (ports.isEmpty()) {
            throw StatusException.badRequest("query parameter \"ports\" is required");
        }
        return ports;
    }

    private static List<String> tokens(FullHttpRequest request, CharSequence header) {
        return request.headers().getAll(header).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(value -> value.strip().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static boolean has(List<String> tokens, String wanted) {
        return tokens.contains(wanted.toLowerCase(Locale.ROOT));
    }
}
