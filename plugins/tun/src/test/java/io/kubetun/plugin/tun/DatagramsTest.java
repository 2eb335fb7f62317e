package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.plugin.tun.PacketView.Kind;
import io.kubetun.spi.NameServer;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.TunSettings;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP and pings, against real sockets of this machine. */
@Timeout(30)
class DatagramsTest {
    private static final String LOCAL = "198.19.3.1";
    private static final String LOCAL6 = "fd6b:7562:6574:3::1";
    private static final String SERVICE = "10.96.0.7";
    private static final String SERVICE6 = "fd00:96::7";

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final MemoryDevice device = new MemoryDevice();
    private final Counts counts = new Counts();
    private Optional<Datagrams> datagrams = Optional.empty();

    @AfterEach
    void end() {
        datagrams.ifPresent(Datagrams::close);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private PacketTraffic traffic(LoopbackDialer dialer) {
        return traffic(dialer, new Questions(Optional::empty, List.of()));
    }

    private PacketTraffic traffic(LoopbackDialer dialer, Questions questions) {
        List<EventLoop> loops = List.of(group.next(), group.next());
        Outlet outlet = new Outlet(device, counts);
        Datagrams udp = new Datagrams(any -> dialer, OneTranslation.NONE, questions, () -> loops, outlet);
        datagrams = Optional.of(udp);
        return new PacketTraffic(
                outlet,
                new TunSettings(3, true),
                new FlowTable(),
                List.of(5000),
                List.of(6000),
                held -> {},
                OneTranslation.NONE,
                udp,
                new Echoes(any -> dialer, OneTranslation.NONE, () -> loops, outlet));
    }

    private static void send(PacketTraffic traffic, MemorySegment packet) {
        MemorySegment memory = Packets.memory();
        memory.copyFrom(packet);
        traffic.handle(memory, (int) packet.byteSize());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void datagramsGoThereAndBack(boolean v6) throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            server.setSoTimeout(5000);
            PacketTraffic traffic = traffic(new LoopbackDialer(server.getLocalPort(), false));
            String local = v6 ? LOCAL6 : LOCAL;
            String service = v6 ? SERVICE6 : SERVICE;
            for (String said : List.of("one", "three", "5")) {
                send(traffic, Packets.udp(local, 40_000, service, 7, said.getBytes(StandardCharsets.UTF_8)));
                DatagramPacket got = new DatagramPacket(new byte[100], 100);
                server.receive(got);
                assertThat(new String(got.getData(), 0, got.getLength(), StandardCharsets.UTF_8))
                        .isEqualTo(said);
                int before = device.count();
                byte[] answer = (said + "!").getBytes(StandardCharsets.UTF_8);
                server.send(new DatagramPacket(answer, answer.length, got.getSocketAddress()));
                MemorySegment back = device.await(before);
                assertThat(back.mismatch(Packets.udp(service, 7, local, 40_000, answer)))
                        .isEqualTo(-1);
                assertThat(PacketView.of(back).hasRightSum()).isTrue();
            }
            assertThat(datagrams.orElseThrow().size()).isEqualTo(1);
        }
    }

    @Test
    void nobodyListensThere() throws Exception {
        int free;
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            free = taken.getLocalPort();
        }
        PacketTraffic traffic = traffic(new LoopbackDialer(free, false));
        send(traffic, Packets.udp(LOCAL, 40_000, SERVICE, 7, new byte[3]));
        PacketView told = PacketView.of(device.await(0));
        assertThat(told.memory.get(Wire.BYTE, told.transport)).isEqualTo((byte) 3);
    }

    @Test
    void withoutAGatewayOnlyQuestionsOfDnsGo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            PacketTraffic traffic = traffic(new LoopbackDialer(server.getLocalPort(), true));
            send(traffic, Packets.udp(LOCAL, 40_000, SERVICE, 7, new byte[3]));
            PacketView told = PacketView.of(device.await(0));
            assertThat(told.memory.get(Wire.BYTE, told.transport + 1)).isEqualTo((byte) Refusal.PROHIBITED.code(false));
            assertThat(counts.get(Count.UDP)).isEqualTo(1);
            send(traffic, Packets.udp(LOCAL, 40_001, SERVICE, 53, new byte[] {9, 8, 7}));
            try (Socket asked = server.accept()) {
                DataInputStream in = new DataInputStream(asked.getInputStream());
                assertThat(in.readUnsignedShort()).isEqualTo(3);
                assertThat(in.readNBytes(3)).containsExactly(9, 8, 7);
                DataOutputStream out = new DataOutputStream(asked.getOutputStream());
                out.write(new byte[] {0, 2, 5});
                out.flush();
                out.write(6);
                MemorySegment back = device.await(1);
                assertThat(back.mismatch(Packets.udp(SERVICE, 53, LOCAL, 40_001, new byte[] {5, 6})))
                        .isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsAnsweredInTheClustersPlaceIsNotDialled(boolean v6) throws Exception {
        String local = v6 ? LOCAL6 : LOCAL;
        String name = v6 ? SERVICE6 : SERVICE;
        PacketTraffic traffic = traffic(
                new LoopbackDialer(1, true),
                new Questions(() -> Optional.of(new Echoing()), List.of(InetAddress.ofLiteral(name))));
        for (int port : new int[] {40_000, 40_000, 40_001}) {
            int before = device.count();
            send(traffic, Packets.udp(local, port, name, 53, new byte[] {9, 8, 7}));
            MemorySegment back = device.await(before);
            assertThat(back.mismatch(Packets.udp(name, 53, local, port, new byte[] {9, 8, 7, 53})))
                    .isEqualTo(-1);
            assertThat(PacketView.of(back).hasRightSum()).isTrue();
        }
        assertThat(datagrams.orElseThrow().size()).as("no flow").isZero();
        send(traffic, Packets.udp(local, 40_000, name, 53, new byte[0]));
        assertThat(counts.get(Count.LOST)).as("larger than any packet").isEqualTo(1);
        int before = device.count();
        send(traffic, Packets.udp(local, 40_000, name, 54, new byte[1]));
        PacketView refused = PacketView.of(device.await(before));
        assertThat(refused.memory.get(Wire.BYTE, refused.transport + 1)).isEqualTo((byte) Refusal.PROHIBITED.code(v6));
    }

    /** Says what it was asked, and the port; something large if it was asked nothing. */
    private record Echoing() implements NameServer {
        @Override
        public CompletionStage<Optional<byte[]>> answer(byte[] question, Target.Address server) {
            byte[] said = Arrays.copyOf(question, question.length + 1);
            said[question.length] = (byte) server.port();
            return CompletableFuture.completedStage(
                    Optional.of(question.length == 0 ? new byte[TunSettings.MTU] : said));
        }

        @Override
        public ChannelHandler connection(Target.Address server) {
            throw new UnsupportedOperationException("only datagrams come here");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAnswersThereAnswersHere(boolean v6) throws Exception {
        PacketTraffic traffic = traffic(new LoopbackDialer(1, false));
        String local = v6 ? LOCAL6 : LOCAL;
        send(traffic, Packets.echo(local, v6 ? "fd00:96::9" : "10.96.0.9", true, 56));
        settle();
        assertThat(device.count()).isZero();
        send(traffic, Packets.echo(local, v6 ? SERVICE6 : SERVICE, true, 56));
        MemorySegment reply = device.await(0);
        assertThat(reply.mismatch(Packets.echo(v6 ? SERVICE6 : SERVICE, local, false, 56)))
                .isEqualTo(-1);
    }

    @Test
    void aWrongSumIsDropped() throws IOException {
        PacketTraffic traffic = traffic(new LoopbackDialer(1, false));
        MemorySegment udp = Packets.udp(LOCAL, 40_000, SERVICE, 7, new byte[3]);
        udp.set(Wire.BYTE, 29, (byte) 1);
        send(traffic, udp);
        MemorySegment echo = Packets.echo(LOCAL, SERVICE, true, 8);
        echo.set(Wire.BYTE, 30, (byte) 1);
        send(traffic, echo);
        assertThat(counts.get(Count.MALFORMED)).isEqualTo(2);
        assertThat(datagrams.orElseThrow().size()).isZero();
    }

    /** More flows than there is room for: the last are counted and lost, the others live. */
    @Test
    void theTableHasAnEnd() throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            CountDownLatch never = new CountDownLatch(1);
            group.forEach(loop -> loop.execute(() -> await(never)));
            server.setSoTimeout(5000);
            PacketTraffic traffic = traffic(new LoopbackDialer(server.getLocalPort(), false));
            for (int port = 1; port <= Datagrams.CAPACITY + 10; port++) {
                send(traffic, Packets.udp(LOCAL, port, SERVICE, 7, new byte[1]));
            }
            assertThat(counts.get(Count.FULL)).isEqualTo(10);
            assertThat(datagrams.orElseThrow().size()).isEqualTo(Datagrams.CAPACITY);
            datagrams.orElseThrow().close();
            never.countDown();
        }
        settle();
        assertThat(datagrams.orElseThrow().size()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the loops do what they have been given so far. */
    private void settle() throws Exception {
        for (int i = 0; i < 4; i++) {
            group.next().submit(() -> {}).get();
        }
    }

    @Test
    void theViewKnowsAnEcho() {
        assertThat(new PacketView().read(Packets.echo(LOCAL, SERVICE, true, 8), 36))
                .isEqualTo(Kind.ECHO);
    }
}
