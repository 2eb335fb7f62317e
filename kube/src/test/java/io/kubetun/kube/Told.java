package io.kubetun.kube;

import io.kubetun.spi.Transport;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A session's environment that remembers what it was told. */
public final class Told implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    public Told() {}

    public ClusterEnvironment environment() {
        Events bus = new Events() {
            @Override
            public void publish(Event event) {
                events.add(event);
            }

            @Override
            public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
                throw new UnsupportedOperationException("nobody reads by subscription here");
            }
        };
        Transport transport = new Transport() {
            @Override
            public EventLoopGroup eventLoops() {
                return loops;
            }

            @Override
            public ChannelFactory<? extends SocketChannel> sockets() {
                return NioSocketChannel::new;
            }

            @Override
            public ChannelFactory<? extends ServerSocketChannel> listeners() {
                return NioServerSocketChannel::new;
            }
        };
        return new ClusterEnvironment("s1", transport, bus, progress::add, Map.of("HOME", "/nonexistent"));
    }

    public List<Event> events() {
        return events;
    }

    public List<String> progress() {
        return progress;
    }

    public EventLoopGroup loops() {
        return loops;
    }

    /** Waits until it holds, for a bounded time. */
    public static boolean eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
