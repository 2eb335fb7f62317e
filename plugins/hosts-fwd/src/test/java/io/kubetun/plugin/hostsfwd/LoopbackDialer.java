package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Dials one echo server on loopback, whose first line back is the target's name; fails where the test says so. */
final class LoopbackDialer implements Dialer, AutoCloseable {
    final Map<String, DialException> failing = new ConcurrentHashMap<>();
    private final ServerSocket echo;

    LoopbackDialer() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                Thread.ofVirtual().start(() -> echo(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException cut) {
            // The client's business: it is the one who cut it.
        }
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        DialException failure = failing.get(target.toString());
        if (failure != null) {
            return loop.newFailedFuture(failure);
        }
        Promise<Channel> dialled = loop.newPromise();
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                })
                .connect(echo.getLocalSocketAddress());
        connected.addListener(done -> {
            if (done.isSuccess()) {
                byte[] line = (target + "\n").getBytes(StandardCharsets.UTF_8);
                connected.channel().writeAndFlush(Unpooled.wrappedBuffer(line));
                dialled.setSuccess(connected.channel());
            } else {
                dialled.setFailure(done.cause());
            }
        });
        return dialled;
    }

    @Override
    public void close() throws IOException {
        echo.close();
    }
}
