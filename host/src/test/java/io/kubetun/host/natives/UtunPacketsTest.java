package io.kubetun.host.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packets of a utun device, by a pair of sockets in its place: the header, as the system would write and read it. */
class UtunPacketsTest {
    private static final int SLOT = 66_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment packet = arena.allocate(SLOT, 8);
    private SocketPair pair;
    private UtunPackets device;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the pair of sockets is Linux's");
        pair = SocketPair.open();
        device = new UtunPackets("utun9", pair.here());
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
            Posix.close(pair.there());
        }
        arena.close();
    }

    @Test
    void aPacketBeginsWithItsIpHeader() throws Exception {
        pair.send(bytes(0, 0, 0, 2, 0x45, 1, 2, 3));
        pair.send(bytes(0, 0, 0, 30, 0x60, 9));

        assertThat(device.read(packet)).isEqualTo(4);
        assertThat(start(4)).containsExactly(bytes(0x45, 1, 2, 3));
        assertThat(device.read(packet)).isEqualTo(2);
        assertThat(start(2)).containsExactly(bytes(0x60, 9));
        assertThat(device.name()).isEqualTo("utun9");
    }

    @Test
    void aPacketGetsItsFamilyInNetworkOrder() {
        assertThat(write(0x45, 1, 2, 3)).isTrue();
        assertThat(write(0x60, 9)).isTrue();

        assertThat(pair.received()).containsExactly(bytes(0, 0, 0, 2, 0x45, 1, 2, 3));
        assertThat(pair.received()).containsExactly(bytes(0, 0, 0, 30, 0x60, 9));
    }

    @Test
    void thePacketItselfIsNotTouched() {
        MemorySegment before = arena.allocate(32).fill((byte) 0x7f);
        MemorySegment inside = before.asSlice(8, 16);
        inside.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);

        assertThat(device.write(inside, 16)).isTrue();
        assertThat(before.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 0x7f);
        assertThat(pair.received()).hasSize(20);
    }

    @Test
    void theLargestPacketGoesBothWays() throws Exception {
        packet.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);
        packet.set(ValueLayout.JAVA_BYTE, 65_499, (byte) 77);
        assertThat(device.write(packet, 65_500)).isTrue();
        byte[] sent = pair.received();
        assertThat(sent).hasSize(65_504).endsWith((byte) 77);

        packet.fill((byte) 0);
        pair.send(sent);
        assertThat(device.read(packet)).isEqualTo(65_500);
        assertThat(packet.get(ValueLayout.JAVA_BYTE, 65_499)).isEqualTo((byte) 77);
    }

    @Test
    void whatIsNoPacketIsNotSent() {
        assertThat(write(0x15, 1, 2, 3)).isFalse();
        assertThat(write(0xf5, 1, 2, 3)).isFalse();
        assertThat(device.write(packet, 0)).isFalse();
        assertThat(pair.received()).isEmpty();
    }

    @Test
    void aHeaderAloneIsAnEmptyPacket() throws Exception {
        pair.send(bytes(0, 0, 0, 2));
        pair.send(bytes(0));

        assertThat(device.read(packet)).isZero();
        assertThat(device.read(packet)).isZero();
    }

    @Test
    void aFullDeviceLosesPacketsAndBlocksNobody() {
        packet.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);
        int taken = 0;
        while (taken < 10_000 && device.write(packet, 65_500)) {
            taken++;
        }
        assertThat(taken).isBetween(1, 9_999);
    }

    @Test
    void aWaitingReaderLearnsOfTheClose() throws Exception {
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                read.complete(device.read(packet));
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });
        device.close();

        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(-1);
        reader.join();
        assertThat(write(0x45)).isFalse();
    }

    @Test
    void aDeviceThatHasGoneIsTold() {
        Posix.shutdown(pair.there(), Posix.SHUT_WR);

        assertThatThrownBy(() -> device.read(packet))
                .isInstanceOf(IOException.class)
                .hasMessage("the device utun9 has gone");
    }

    private boolean write(int... octets) {
        MemorySegment.copy(bytes(octets), 0, packet, ValueLayout.JAVA_BYTE, 0, octets.length);
        return device.write(packet, octets.length);
    }

    private byte[] start(int length) {
        return packet.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }
}
