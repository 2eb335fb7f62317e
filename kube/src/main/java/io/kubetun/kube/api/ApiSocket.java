package io.kubetun.kube.api;

import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.ApiServer;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;

/**
 * A connection to the API server, through its proxy and with its TLS.
 *
 * @param plain the TCP connection
 * @param socket the same, or TLS on it
 */
record ApiSocket(Socket plain, Socket socket) implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int HANDSHAKE_MILLIS = 10_000;

    /** A peer that is gone without a word is noticed after 15 + 3 x 5 s. */
    private static final int KEEPALIVE_IDLE_SECONDS = 15;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 5;
    private static final int KEEPALIVE_PROBES = 3;

    /**
     * Opens one. Blocks.
     *
     * @param server where to
     * @param tls what {@link ApiServer#tls} says
     * @return the connection
     * @throws IOException if it cannot be opened
     */
    static ApiSocket open(ApiServer server, Optional<SslContext> tls) throws IOException {
        URI base = server.base();
        boolean https = "https".equals(base.getScheme());
        String host = bare(base.getHost());
        int port = base.getPort() >= 0 ? base.getPort() : https ? 443 : 80;
        Socket plain = connect(server.proxy(), host, port);
        try {
            keepAlive(plain);
            if (tls.isEmpty()) {
                return new ApiSocket(plain, plain);
            }
            plain.setSoTimeout(HANDSHAKE_MILLIS);
            Optional<String> name = server.tlsServerName();
            SSLSocket secured = (SSLSocket) ((JdkSslContext) tls.get())
                    .context()
                    .getSocketFactory()
                    .createSocket(plain, name.orElse(host), port, true);
            if (name.isPresent()) {
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secured.setSSLParameters(parameters);
            }
            secured.startHandshake();
            return new ApiSocket(plain, secured);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private static Socket connect(Optional<URI> proxy, String host, int port) throws IOException {
        if (proxy.isEmpty()) {
            return direct(host, port);
        }
        String proxyHost = bare(proxy.get().getHost());
        int proxyPort = proxy.get().getPort();
        if ("socks5".equals(proxy.get().getScheme())) {
            Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(proxyHost, proxyPort)));
            try {
                socket.connect(InetSocketAddress.createUnresolved(host, port), CONNECT_MILLIS);
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }
        Socket socket = direct(proxyHost, proxyPort);
        try {
            tunnel(socket, proxy.get(), host, port);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Tries each address of the host: some may be unreachable from here. */
    private static Socket direct(String host, int port) throws IOException {
        IOException failure = new ConnectException("the name " + host + " has no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            Socket socket = new Socket(Proxy.NO_PROXY);
            try {
                socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = e;
            }
        }
        throw failure;
    }

    private static void tunnel(Socket socket, URI proxy, String host, int port) throws IOException {
        String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        StringBuilder request = new StringBuilder()
                .append("CONNECT ")
                .append(authority)
                .append(" HTTP/1.1\r\nHost: ")
                .append(authority)
                .append("\r\n");
        if (proxy.getUserInfo() != null) {
            String user = Base64.getEncoder().encodeToString(proxy.getUserInfo().getBytes(StandardCharsets.UTF_8));
            request.append("Proxy-Authorization: Basic ").append(user).append("\r\n");
        }
        socket.setSoTimeout(CONNECT_MILLIS);
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        HttpHead head = HttpHead.read(socket.getInputStream());
        if (head.status() / 100 != 2) {
            throw new ConnectException(
                    "the proxy " + proxy.getHost() + ":" + proxy.getPort() + " answered " + head.status());
        }
    }

    private static void keepAlive(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_PROBES);
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** Says whether a change of the network may have broken it. */
    boolean isAffected(Affected affected) {
        return !(plain.getLocalSocketAddress() instanceof InetSocketAddress local)
                || !(plain.getRemoteSocketAddress() instanceof InetSocketAddress remote)
                || affected.includes(local, remote);
    }

    /** Cuts it: a reader that waits wakes up; TLS is not asked for a farewell, which could block. */
    @Override
    public void close() {
        try {
            plain.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
