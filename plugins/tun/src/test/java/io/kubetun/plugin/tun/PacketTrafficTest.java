package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.plugin.tun.PacketView.Kind;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.TunSettings;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTrafficTest {
    private static final String LOCAL = "198.19.3.1";
    private static final String PEER = "198.19.3.2";
    private static final String SERVICE = "10.96.0.7";

    private final MemoryDevice device = new MemoryDevice();
    private final Counts counts = new Counts();
    private final FlowTable table = new FlowTable();
    private final List<HeldFlow> dials = new ArrayList<>();
    private final Outlet outlet = new Outlet(device, counts);
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final LoopbackDialer dialer = new LoopbackDialer(1, true);
    private final PacketTraffic traffic = new PacketTraffic(
            outlet,
            new TunSettings(3, true),
            table,
            List.of(5000, 5001),
            List.of(6000),
            dials::add,
            OneTranslation.of("10.96.0.0/16", "100.64.0.0/16"),
            new Datagrams(
                    any -> dialer,
                    OneTranslation.NONE,
                    new Questions(Optional::empty, List.of()),
                    () -> List.of(group.next()),
                    outlet),
            new Echoes(any -> dialer, OneTranslation.NONE, () -> List.of(group.next()), outlet));
    private final PacketView seen = new PacketView();

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void send(MemorySegment packet) {
        MemorySegment memory = Packets.memory();
        memory.copyFrom(packet);
        traffic.handle(memory, (int) packet.byteSize());
    }

    private Kind last() {
        MemorySegment packet = device.written.getLast();
        return seen.read(packet, (int) packet.byteSize());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionIsHeldThenGoesToTheListenerAndBack(boolean v6) {
        String local = v6 ? "fd6b:7562:6574:3::1" : LOCAL;
        String peer = v6 ? "fd6b:7562:6574:3::2" : PEER;
        String service = v6 ? "fd00:96::7" : SERVICE;
        MemorySegment syn = Packets.tcp(local, 40_000, service, 80, Wire.SYN, 0);
        send(syn);
        send(syn);
        assertThat(dials).hasSize(1);
        assertThat(dials.getFirst().target()).isEqualTo(Target.of(service, 80));
        assertThat(device.written).isEmpty();
        traffic.accept(dials.getFirst());
        int listener = v6 ? 6000 : 5000;
        assertThat(device.written.getLast().mismatch(Packets.tcp(peer, 1024, local, listener, Wire.SYN, 0)))
                .isEqualTo(-1);
        send(Packets.tcp(local, listener, peer, 1024, Wire.SYN | Wire.ACK, 0));
        assertThat(device.written.getLast().mismatch(Packets.tcp(service, 80, local, 40_000, Wire.SYN | Wire.ACK, 0)))
                .isEqualTo(-1);
        send(Packets.tcp(local, 40_000, service, 80, Wire.ACK, 5000));
        assertThat(device.written.getLast().mismatch(Packets.tcp(peer, 1024, local, listener, Wire.ACK, 5000)))
                .isEqualTo(-1);
    }

    /** Only what is dialled is another address: the program goes on to see the one that it asked for. */
    @Test
    void aTranslatedAddressIsDialledAsTheClusterHasIt() {
        send(Packets.tcp(LOCAL, 40_000, "100.64.1.7", 80, Wire.SYN, 0));
        assertThat(dials.getFirst().target()).isEqualTo(Target.of("10.96.1.7", 80));
        traffic.accept(dials.getFirst());
        send(Packets.tcp(LOCAL, 5000, PEER, 1024, Wire.SYN | Wire.ACK, 0));
        assertThat(device.written
                        .getLast()
                        .mismatch(Packets.tcp("100.64.1.7", 80, LOCAL, 40_000, Wire.SYN | Wire.ACK, 0)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void aRefusalIsAResetOrAnIcmpErrorWithItsCode(Refusal refusal) {
        for (boolean v6 : new boolean[] {false, true}) {
            send(Packets.tcp(v6 ? "fd6b:7562:6574:3::1" : LOCAL, 40_000, v6 ? "fd00:96::7" : SERVICE, 80, Wire.SYN, 0));
            traffic.refuse(dials.getLast(), refusal);
            MemorySegment answer = device.written.getLast();
            if (refusal == Refusal.RESET) {
                assertThat(last()).isEqualTo(Kind.TCP);
                assertThat(seen.hasRightSum()).isTrue();
                assertThat(seen.flags).isEqualTo(Wire.RST | Wire.ACK);
                assertThat(answer.get(Wire.INT, seen.transport + 8)).isEqualTo(1001);
                assertThat(seen.destinationPort).isEqualTo(40_000);
            } else {
                assertThat(last()).isEqualTo(Kind.OTHER);
                assertThat(answer.get(Wire.BYTE, seen.transport)).isEqualTo((byte) (v6 ? 1 : 3));
                assertThat(answer.get(Wire.BYTE, seen.transport + 1)).isEqualTo((byte) refusal.code(v6));
            }
            assertThat(table.state(dials.getLast().flow())).isEqualTo(FlowTable.CLOSED);
        }
    }

    @Test
    void nobodyElseGetsIn() {
        send(Packets.tcp("192.168.1.9", 40_000, SERVICE, 80, Wire.SYN, 0));
        assertThat(counts.get(Count.SPOOFED)).isEqualTo(1);
        send(Packets.tcp(LOCAL, 22, PEER, 1024, Wire.ACK, 0));
        send(Packets.tcp(LOCAL, 5000, PEER, 80, Wire.ACK, 0));
        assertThat(counts.get(Count.STRAY)).isEqualTo(2);
        assertThat(device.written).isEmpty();
        send(Packets.tcp(LOCAL, 40_001, SERVICE, 80, Wire.ACK, 0));
        assertThat(last()).isEqualTo(Kind.TCP);
        assertThat(seen.flags).isEqualTo(Wire.RST);
        assertThat(dials).isEmpty();
    }

    /** A million packets: random ones, and good ones with a few bytes changed. */
    @Test
    void noPacketIsTooStrange() {
        Random random = new Random(11);
        MemorySegment memory = Packets.memory();
        MemorySegment[] good = {
            Packets.tcp(LOCAL, 40_000, SERVICE, 80, Wire.SYN, 0),
            Packets.tcp(LOCAL, 5000, PEER, 1024, Wire.ACK, 60),
            Packets.tcp("fd6b:7562:6574:3::1", 40_000, "fd00:96::7", 80, Wire.SYN, 3),
        };
        byte[] noise = new byte[200];
        for (int round = 0; round < 1_000_000; round++) {
            int length;
            if ((round & 3) == 0) {
                random.nextBytes(noise);
                length = random.nextInt(noise.length + 1);
                MemorySegment.copy(noise, 0, memory, Wire.BYTE, 0, length);
            } else {
                MemorySegment packet = good[round % good.length];
                length = (round & 255) == 1 ? Packets.SIZE - 1 : (int) packet.byteSize();
                MemorySegment.copy(packet, 0, memory, 0, packet.byteSize());
                for (int changes = random.nextInt(4); changes > 0; changes--) {
                    memory.set(Wire.BYTE, random.nextInt((int) packet.byteSize()), (byte) random.nextInt());
                }
            }
            traffic.handle(memory, length);
            device.written.clear();
            dials.clear();
        }
        assertThat(counts.get(Count.MALFORMED)).isGreaterThan(100_000);
        assertThat(table.size()).isLessThanOrEqualTo(FlowTable.CAPACITY);
    }
}
