package io.kubetun.plugin.socks;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.Mode.Listening;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** The mode on free ports of loopback, in a session of loopback, with an echo server as {@code echo:7}. */
final class ProxyFixture implements AutoCloseable {
    static final Limits QUICK = new Limits(64, Duration.ofMillis(400), 64 * 1024, Duration.ofMillis(400));

    final LoopbackSession session = new LoopbackSession();
    final EchoServer echo = new EchoServer();
    final SocksMode mode;

    /** @param options HOCON over the defaults */
    ProxyFixture(String options, Limits limits) throws Exception {
        mode = new SocksMode(session, options(options), limits);
        session.route("echo", 7, echo.address());
    }

    ProxyFixture() throws Exception {
        this("", Limits.DEFAULT);
    }

    static SocksOptions options(String options) throws Exception {
        return SocksOptions.read(ConfigFactory.parseString(options)
                .withFallback(ConfigFactory.parseString(
                        "listen = \"127.0.0.1:0\", pac = false, allow-remote = false, user = kubetun")));
    }

    ProxyFixture start() throws Exception {
        mode.start();
        return this;
    }

    InetSocketAddress address(String serves) {
        return mode.listening().stream()
                .filter(listening -> listening.serves().contains(serves))
                .map(Listening::address)
                .findFirst()
                .orElseThrow();
    }

    Wire socks() throws IOException {
        return new Wire(address("SOCKS5"));
    }

    Wire http() throws IOException {
        return new Wire(address("HTTP CONNECT"));
    }

    @Override
    public void close() throws IOException {
        mode.stop();
        session.close();
        echo.close();
    }
}
