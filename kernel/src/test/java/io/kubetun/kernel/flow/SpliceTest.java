package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.Await;
import io.kubetun.spi.event.Event;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The splice between real sockets, on epoll and on NIO. */
@Timeout(60)
class SpliceTest {
    private static final long LARGE = 100L * 1024 * 1024;
    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesEachByteBothWaysAtOnce(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            Future<Long> up = start(() -> send(client, 1));
            Future<Long> down = start(() -> send(server, 2));
            Future<Long> atServer = start(() -> receive(server));
            assertThat(receive(client)).isEqualTo(down.get());
            assertThat(atServer.get()).isEqualTo(up.get());
            Await.until("the flow has ended", SOON, () -> fixture.counts.open() == 0);
            assertThat(fixture.counts.sent()).isEqualTo(LARGE);
            assertThat(fixture.counts.received()).isEqualTo(LARGE);
            assertThat(fixture.counts.reset()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesOnTheClientsHalfCloseAndTheAnswerAfterIt(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).isEqualTo("question".getBytes(StandardCharsets.UTF_8));
            // Longer than a round of asking whether the client has gone.
            TimeUnit.MILLISECONDS.sleep(1300);
            server.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            end(server);
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("answer".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A write that blocks after the client's FIN: what Netty's epoll alone does not survive. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesALargeAnswerToASlowReaderAfterItsHalfClose(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            AtomicLong written = new AtomicLong();
            Future<Long> down = start(() -> send(server, 5, written));
            awaitStandstill(written);
            assertThat(receive(client)).isEqualTo(down.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pausesAFastClientForASlowServerAndLosesNothing(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            AtomicLong written = new AtomicLong();
            Future<Long> up = start(() -> send(client, 6, written));
            awaitStandstill(written);
            assertThat(written.get()).isLessThan(LARGE / 2);
            assertThat(receive(server)).isEqualTo(up.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesOnTheServersHalfCloseAndTheRestOfTheUpload(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            server.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            Future<Long> up = start(() -> send(client, 3));
            assertThat(receive(server)).isEqualTo(up.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesTheRemoteWhenTheClientResets(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
            client.setSoLinger(true, 0);
            end(client);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            Await.until("it counts as cut", SOON, () -> fixture.counts.reset() == 1 && fixture.counts.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resetsTheClientWhenTheRemoteIsCut(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);
            server.setSoLinger(true, 0);
            end(server);
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesTheRemoteWhenTheClientIsGoneAtItsFin(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.getOutputStream().write("last words".getBytes(StandardCharsets.UTF_8));
            end(client);
            assertThat(server.getInputStream().readAllBytes()).isEqualTo("last words".getBytes(StandardCharsets.UTF_8));
            Await.until("nothing lingers", Duration.ofMillis(800), () -> fixture.counts.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesTheRemoteWhenTheClientGoesAfterItsFin(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            assertThat(fixture.counts.open()).isEqualTo(1);
            end(client);
            Await.until("nothing lingers", SOON, () -> fixture.counts.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pausesAFastServerForASlowReaderAndLosesNothing(boolean epoll) throws Exception {
        try (FlowsFixture fixture = fixture(epoll, 10);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            AtomicLong written = new AtomicLong();
            Future<Long> down = start(() -> send(server, 4, written));
            awaitStandstill(written);
            assertThat(written.get()).isLessThan(LARGE / 2);
            PooledByteBufAllocator pool = (PooledByteBufAllocator) fixture.transport.allocator();
            assertThat(pool.metric().usedDirectMemory()).isLessThan(16L * 1024 * 1024);
            assertThat(receive(client)).isEqualTo(down.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tellsTheLifeOfAFlow(boolean epoll) throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        try (FlowsFixture fixture = fixture(epoll, 10)) {
            fixture.events.subscribe("test", event -> {
                if (!(event instanceof Event.ListenerOpened)) {
                    events.add(event);
                }
            });
            try (Socket client = fixture.connect();
                    Socket server = fixture.accept()) {
                client.getOutputStream().write(new byte[10]);
                client.shutdownOutput();
                server.getInputStream().readAllBytes();
                server.getOutputStream().write(new byte[20]);
                end(server);
                client.getInputStream().readAllBytes();
            }
            Await.until("both are told", SOON, () -> events.size() >= 2);
            assertThat(events.getFirst())
                    .isInstanceOfSatisfying(
                            Event.FlowOpened.class,
                            opened -> assertThat(opened.dialNanos()).isPositive());
            assertThat(events.getLast()).isInstanceOfSatisfying(Event.FlowClosed.class, closed -> {
                assertThat(closed.sent()).isEqualTo(10);
                assertThat(closed.received()).isEqualTo(20);
                assertThat(closed.reset()).isFalse();
                assertThat(closed.flow()).isEqualTo(1);
            });
        }
    }

    private static FlowsFixture fixture(boolean epoll, int maxFlows) throws Exception {
        Assumptions.assumeTrue(!epoll || Epoll.isAvailable(), "epoll is only on Linux");
        return new FlowsFixture(epoll, maxFlows);
    }

    private static void end(Socket socket) throws IOException {
        socket.close();
    }

    private static long send(Socket to, long seed) throws IOException {
        return send(to, seed, new AtomicLong());
    }

    private static long send(Socket to, long seed, AtomicLong written) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        CRC32C hash = new CRC32C();
        OutputStream out = to.getOutputStream();
        byte[] block = new byte[100_000];
        for (long left = LARGE; left > 0; ) {
            random.nextBytes(block);
            int length = (int) Math.min(left, 1 + random.nextInt(block.length));
            out.write(block, 0, length);
            hash.update(block, 0, length);
            left -= length;
            written.addAndGet(length);
        }
        to.shutdownOutput();
        return hash.getValue();
    }

    private static long receive(Socket from) throws IOException {
        CRC32C hash = new CRC32C();
        InputStream in = from.getInputStream();
        byte[] block = new byte[64 * 1024];
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
            hash.update(block, 0, count);
        }
        return hash.getValue();
    }

    private static void awaitStandstill(AtomicLong written) throws InterruptedException {
        long before = -1;
        while (before != written.get() || before == 0) {
            before = written.get();
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }

    private static <T> Future<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }
}
