package io.kubetun.kernel.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.Await;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP flows over links between real sockets: every byte, both ends, both resets, slow readers. */
@Timeout(60)
class LinkFlowTest {
    private static final long LARGE = 100L * 1024 * 1024;
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void passesEachByteBothWaysAtOnce() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            Future<Long> up = start(() -> send(client, 1));
            Future<Long> down = start(() -> send(target, 2));
            Future<Long> atTarget = start(() -> receive(target));
            assertThat(receive(client)).isEqualTo(down.get());
            assertThat(atTarget.get()).isEqualTo(up.get());
            Await.until("no flow is left", SOON, () -> fixture.server.counts().flows() == 0);
            Await.until("nor here", SOON, () -> fixture.pool.counts().flows() == 0);
            assertThat(fixture.server.counts().received()).isEqualTo(LARGE);
            assertThat(fixture.server.counts().sent()).isEqualTo(LARGE);
        }
    }

    @Test
    void passesOnTheClientsEndAndTheAnswerAfterIt() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            client.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            assertThat(target.getInputStream().readAllBytes()).isEqualTo("question".getBytes(StandardCharsets.UTF_8));
            target.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            end(target);
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("answer".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void passesOnTheTargetsEndAndTheRestOfTheUpload() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            target.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            Future<Long> up = start(() -> send(client, 3));
            assertThat(receive(target)).isEqualTo(up.get());
        }
    }

    @Test
    void passesOnTheClientsReset() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(target.getInputStream().read()).isEqualTo(1);
            client.setSoLinger(true, 0);
            end(client);
            assertThatThrownBy(() -> target.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void passesOnTheTargetsReset() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(target.getInputStream().read()).isEqualTo(1);
            target.setSoLinger(true, 0);
            end(target);
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    /** A close without a reset takes nothing back. */
    @Test
    void bringsWhatWasSentBeforeAPlainClose() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession())) {
            io.netty.channel.Channel flow = fixture.flow();
            try (Socket target = fixture.accept()) {
                byte[] much = new byte[3 << 20];
                flow.writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(much)).addListener(sent -> flow.close());
                assertThat(target.getInputStream().readAllBytes()).hasSameSizeAs(much);
            }
            Await.until("no flow is left", SOON, () -> fixture.server.counts().flows() == 0);
        }
    }

    @Test
    void saysWhyAFlowCannotBeOpened() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                ServerSocket gone = new ServerSocket(0, 1, LinkFixture.LOOPBACK)) {
            int port = gone.getLocalPort();
            end(gone);
            fixture.destination = new InetSocketAddress(LinkFixture.LOOPBACK, port);
            assertThat(reason(fixture)).isEqualTo(Reason.REFUSED);
            fixture.destination = InetSocketAddress.createUnresolved("no-such-name.invalid", 80);
            assertThat(reason(fixture)).isEqualTo(Reason.UNKNOWN_NAME);
            fixture.destination = InetSocketAddress.createUnresolved("localhost", fixture.target.getLocalPort());
            fixture.flow().close();
            fixture.accept().close();
            assertThat(fixture.pool.counts().failed()).isEqualTo(2);
        }
    }

    @Test
    void aSlowReaderStallsItselfAlone() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket slow = fixture.connect();
                Socket slowTarget = fixture.accept();
                Socket fast = fixture.connect();
                Socket fastTarget = fixture.accept()) {
            AtomicLong written = new AtomicLong();
            Future<Long> stalled = start(() -> send(slowTarget, 4, written));
            standstill(written);
            assertThat(written.get()).isLessThan(LARGE / 2);
            Future<Long> down = start(() -> send(fastTarget, 5));
            assertThat(receive(fast)).isEqualTo(down.get());
            assertThat(receive(slow)).isEqualTo(stalled.get());
        }
    }

    @Test
    void carriesAThousandFlowsAtOnce() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofGateway())) {
            List<Socket> clients = new ArrayList<>();
            List<Socket> targets = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                clients.add(fixture.connect());
                targets.add(fixture.accept());
            }
            Await.until("all are open", SOON, () -> fixture.server.counts().flows() == 1000);
            byte[] one = new byte[2000];
            for (Socket each : targets) {
                each.getOutputStream().write(one);
                each.shutdownOutput();
            }
            for (Socket each : clients) {
                assertThat(each.getInputStream().readAllBytes()).hasSameSizeAs(one);
                each.close();
            }
            Await.until("no flow is left", SOON, () -> fixture.server.counts().flows() == 0);
            for (Socket each : targets) {
                each.close();
            }
        }
    }

    private static Reason reason(LinkFixture fixture) {
        try {
            fixture.flow().close();
        } catch (ExecutionException e) {
            return ((DialException) e.getCause()).reason();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it opened");
    }

    /** Before the block ends. */
    private static void end(AutoCloseable closeable) throws Exception {
        closeable.close();
    }

    private static <T> Future<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static long send(Socket socket, long seed) throws IOException {
        return send(socket, seed, new AtomicLong());
    }

    private static long send(Socket socket, long seed, AtomicLong written) throws IOException {
        byte[] block = new byte[1 << 16];
        new SplittableRandom(seed).nextBytes(block);
        CRC32C sum = new CRC32C();
        OutputStream out = socket.getOutputStream();
        for (long sent = 0; sent < LARGE; sent += block.length) {
            block[0]++;
            out.write(block);
            sum.update(block);
            written.addAndGet(block.length);
        }
        socket.shutdownOutput();
        return sum.getValue();
    }

    private static long receive(Socket socket) throws IOException {
        CRC32C sum = new CRC32C();
        byte[] block = new byte[1 << 16];
        InputStream in = socket.getInputStream();
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
            sum.update(block, 0, read);
        }
        return sum.getValue();
    }

    /** Waits until no more is written for a moment. */
    private static void standstill(AtomicLong written) throws InterruptedException {
        long before = -1;
        while (before != written.get() || before == 0) {
            before = written.get();
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}
