package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How flows are asked for and answered.
 *
 * <ul>
 *   <li>TCP: {@code :method CONNECT}, {@code :authority host:port} (RFC 9113, 8.5).
 *   <li>UDP: {@code :method CONNECT}, {@code :protocol connect-udp}, {@code :path
 *       /.well-known/masque/udp/HOST/PORT/}, {@code capsule-protocol ?1} (RFC 9298, RFC 8441).
 *   <li>A ping: {@code :method GET}, {@code :path /echo/ADDRESS/SIZE}; the answer has no body: 200, or 504 if there was
 *       none in time. Of this project.
 * </ul>
 *
 * <p>Both kinds of flow may say who opened them: {@code forwarded: for="ADDRESS:PORT"} (RFC 7239), nothing else in it.
 *
 * <p>A refusal is a status of 4xx or 5xx with {@code kubetun-reason}, the name of a {@link Reason}, and
 * {@code kubetun-detail}, a sentence.
 */
final class FlowHeaders {
    static final AsciiString OK = AsciiString.cached("200");

    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString GATEWAY = AsciiString.cached("gateway");
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final AsciiString CONNECT_UDP = AsciiString.cached("connect-udp");
    private static final AsciiString CAPSULES = AsciiString.cached("capsule-protocol");
    private static final AsciiString TRUE = AsciiString.cached("?1");
    private static final AsciiString REASON = AsciiString.cached("kubetun-reason");
    private static final AsciiString DETAIL = AsciiString.cached("kubetun-detail");
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
    private static final Pattern SOURCE = Pattern.compile("for=\"([0-9.]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,5})\"");
    private static final String UDP_PATH = "/.well-known/masque/udp/";
    private static final String ECHO_PATH = "/echo/";
    private static final int MAX_DETAIL = 300;
    private static final int MAX_HOST = 255;
    private static final int MAX_ECHO = 65_000;

    private FlowHeaders() {}

    /** What a stream is opened for. */
    sealed interface Request {
        /** A TCP flow; an unresolved address is a name that the other side looks up. */
        record Tcp(InetSocketAddress to, Optional<InetSocketAddress> source) implements Request {}

        /** A UDP flow. */
        record Udp(InetSocketAddress to, Optional<InetSocketAddress> source) implements Request {}

        /** A ping with so many bytes. */
        record Echo(InetAddress to, int size) implements Request {}
    }

    static Http2Headers of(Request request) {
        return switch (request) {
            case Request.Tcp(InetSocketAddress to, Optional<InetSocketAddress> source) ->
                forwarded(new DefaultHttp2Headers(false).method(CONNECT).authority(authority(to)), source);
            case Request.Udp(InetSocketAddress to, Optional<InetSocketAddress> source) ->
                forwarded(
                        new DefaultHttp2Headers(false)
                                .method(CONNECT)
                                .add(PROTOCOL, CONNECT_UDP)
                                .scheme(HTTP)
                                .authority(GATEWAY)
                                .path(UDP_PATH + URLEncoder.encode(host(to), StandardCharsets.US_ASCII) + "/"
                                        + to.getPort() + "/")
                                .add(CAPSULES, TRUE),
                        source);
            case Request.Echo(InetAddress to, int size) ->
                new DefaultHttp2Headers(false)
                        .method(GET)
                        .scheme(HTTP)
                        .authority(GATEWAY)
                        .path(ECHO_PATH + URLEncoder.encode(to.getHostAddress(), StandardCharsets.US_ASCII) + "/"
                                + size);
        };
    }

    private static Http2Headers forwarded(Http2Headers headers, Optional<InetSocketAddress> source) {
        source.ifPresent(from -> headers.add(FORWARDED, "for=\"" + authority(from) + "\""));
        return headers;
    }

    /** Who opened the flow, if the header is there and says it in the one way in which it is written here. */
    private static Optional<InetSocketAddress> source(Http2Headers headers) {
        Matcher told = SOURCE.matcher(String.valueOf(headers.get(FORWARDED)));
        return told.matches()
                ? address(told.group(1), told.group(2)).filter(from -> !from.isUnresolved())
                : Optional.empty();
    }

    /** Understands a request, or not. */
    static Optional<Request> parse(Http2Headers headers) {
        try {
            String method = String.valueOf(headers.method());
            CharSequence protocol = headers.get(PROTOCOL);
            String path = headers.path() == null ? "" : headers.path().toString();
            if (method.equals("CONNECT") && protocol == null) {
                String authority = String.valueOf(headers.authority());
                int colon = authority.lastIndexOf(':');
                return address(authority.substring(0, colon), authority.substring(colon + 1))
                        .map(to -> new Request.Tcp(to, source(headers)));
            }
            if (method.equals("CONNECT") && CONNECT_UDP.contentEquals(protocol) && path.startsWith(UDP_PATH)) {
                String[] parts = path.substring(UDP_PATH.length()).split("/", -1);
                return address(URLDecoder.decode(parts[0], StandardCharsets.US_ASCII), parts[1])
                        .map(to -> new Request.Udp(to, source(headers)));
            }
            if (method.equals("GET") && path.startsWith(ECHO_PATH)) {
                String[] parts = path.substring(ECHO_PATH.length()).split("/", -1);
                int size = Integer.parseInt(parts[1]);
                InetAddress to = NetUtil.createInetAddressFromIpAddressString(
                        URLDecoder.decode(parts[0], StandardCharsets.US_ASCII));
                return to == null || size < 0 || size > MAX_ECHO
                        ? Optional.empty()
                        : Optional.of(new Request.Echo(to, size));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<InetSocketAddress> address(String host, String port) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        int number = Integer.parseInt(port);
        if (bare.isEmpty() || bare.length() > MAX_HOST || number < 1 || number > 65_535) {
            return Optional.empty();
        }
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(bare);
        return Optional.of(
                literal == null
                        ? InetSocketAddress.createUnresolved(bare, number)
                        : new InetSocketAddress(literal, number));
    }

    private static String authority(InetSocketAddress to) {
        String host = host(to);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + to.getPort();
    }

    private static String host(InetSocketAddress to) {
        return to.isUnresolved() ? to.getHostString() : to.getAddress().getHostAddress();
    }

    static Http2Headers accepted(boolean capsules) {
        Http2Headers headers = new DefaultHttp2Headers(false).status(OK);
        return capsules ? headers.add(CAPSULES, TRUE) : headers;
    }

    static Http2Headers refused(Reason reason, String detail) {
        String status = switch (reason) {
            case TIMED_OUT -> "504";
            case LIMIT, CLUSTER_LOST -> "503";
            case FORBIDDEN -> "403";
            default -> "502";
        };
        return new DefaultHttp2Headers(false)
                .status(status)
                .add(REASON, reason.name().toLowerCase(Locale.ROOT))
                .add(DETAIL, printable(detail));
    }

    static Http2Headers malformed() {
        return new DefaultHttp2Headers(false).status("400").add(DETAIL, "this is no request for a flow");
    }

    static Http2Headers unanswered() {
        return new DefaultHttp2Headers(false).status("504");
    }

    /** Whether a ping had no answer, and that is all. */
    static boolean isUnanswered(Http2Headers headers) {
        return "504".contentEquals(headers.status()) && headers.get(REASON) == null;
    }

    /** The failure that a refusal tells. */
    static DialException failure(Object target, Http2Headers headers) {
        CharSequence detail = headers.get(DETAIL);
        return new DialException(
                reason(headers.get(REASON)),
                target + ": " + (detail == null ? "the gateway answered " + headers.status() : printable(detail)));
    }

    /** The failure that a reset of an open flow tells. */
    static DialException failure(Object target, long code) {
        Http2Error error = Http2Error.valueOf(code);
        if (error == Http2Error.ENHANCE_YOUR_CALM) {
            return new DialException(Reason.LIMIT, target + ": the other side had no memory left for this flow");
        }
        return new DialException(Reason.RESET, target + " has cut the flow");
    }

    private static Reason reason(CharSequence told) {
        if (told != null) {
            for (Reason reason : Reason.values()) {
                if (reason.name().equalsIgnoreCase(told.toString())) {
                    return reason;
                }
            }
        }
        return Reason.UNREACHABLE;
    }

    private static String printable(CharSequence text) {
        String all = String.valueOf(text);
        String cut = all.length() <= MAX_DETAIL ? all : all.substring(0, MAX_DETAIL);
        return cut.replaceAll("[^ -~]", "?");
    }
}
