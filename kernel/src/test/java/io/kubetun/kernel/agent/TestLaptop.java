package io.kubetun.kernel.agent;

import io.kubetun.kernel.link.Egress;
import io.kubetun.kernel.link.LinkServer;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.kernel.link.SocketEgress;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The laptop's end of a link: leads all flows to its own programs, and remembers what it was told of them. */
final class TestLaptop implements Egress, Closeable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    record Asked(InetSocketAddress to, Optional<InetSocketAddress> source) {}

    final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    final Channel connection;
    final LinkServer server = new LinkServer(this, LinkSettings.ofSession());
    volatile Optional<Reason> refusal = Optional.empty();
    private final SocketEgress sockets;
    private final ServerSocket program;
    private final DatagramSocket datagrams;

    TestLaptop(PodFixture pod) throws Exception {
        sockets = new SocketEgress(pod.transport, address -> true);
        program = new ServerSocket(0, 1000, LOOPBACK);
        datagrams = new DatagramSocket(0, LOOPBACK);
        Thread.ofVirtual().start(() -> PodFixture.answer(program, "laptop"));
        Thread.ofVirtual().start(() -> PodFixture.echo(datagrams, "laptop "));
        connection =
                AgentHandshake.prove(pod.dialControl(), pod.owner.getPrivate()).get(10, TimeUnit.SECONDS);
        server.accept(connection);
    }

    @Override
    public Future<Channel> connect(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop) {
        asked.add(new Asked(to, source));
        if (refusal.isPresent()) {
            return loop.newFailedFuture(new DialException(refusal.get(), "the local process does not listen"));
        }
        return sockets.connect(new InetSocketAddress(LOOPBACK, program.getLocalPort()), source, loop);
    }

    @Override
    public Future<Channel> connectDatagrams(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop) {
        asked.add(new Asked(to, source));
        return sockets.connectDatagrams(new InetSocketAddress(LOOPBACK, datagrams.getLocalPort()), source, loop);
    }

    @Override
    public Future<Boolean> echo(InetAddress to, int size, EventLoop loop) {
        return loop.newSucceededFuture(false);
    }

    /** Asleep until the latch is counted down: nothing is read nor answered, the connection stays. */
    void sleep(CountDownLatch awake) throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        connection.eventLoop().execute(() -> {
            asleep.countDown();
            awaken(awake);
        });
        asleep.await();
    }

    private static void awaken(CountDownLatch awake) {
        try {
            awake.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        connection.close().syncUninterruptibly();
        sockets.close();
        program.close();
        datagrams.close();
    }
}
