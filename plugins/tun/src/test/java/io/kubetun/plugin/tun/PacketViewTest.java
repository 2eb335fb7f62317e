package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.plugin.tun.PacketView.Kind;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketViewTest {
    private final PacketView view = new PacketView();

    @ParameterizedTest
    @CsvSource({
        "198.19.0.1, 10.96.0.7, 198.19.0.2, 198.19.0.1",
        "fd6b:7562:6574::1, fd00:96::7, fd6b:7562:6574::2, fd6b:7562:6574::1"
    })
    void aRewrittenPacketIsAsRightAsBefore(String from, String to, String newFrom, String newTo) {
        for (int payload : new int[] {0, 1, 2, 3, 1399, 65_400}) {
            MemorySegment packet = Packets.tcp(from, 40_000, to, 80, Wire.ACK, payload);
            assertThat(view.read(packet, (int) packet.byteSize())).isEqualTo(Kind.TCP);
            assertThat(view.hasRightSum()).isTrue();
            InetAddress source = InetAddress.ofLiteral(newFrom);
            InetAddress destination = InetAddress.ofLiteral(newTo);
            view.rewrite(
                    Wire.high(source), Wire.low(source), Wire.high(destination), Wire.low(destination), 1024, 65_535);
            MemorySegment expected = Packets.tcp(newFrom, 1024, newTo, 65_535, Wire.ACK, payload);
            assertThat(packet.mismatch(expected)).isEqualTo(-1);
        }
    }

    @Test
    void aWrongSumIsSeenAndStaysWrong() {
        MemorySegment packet = Packets.tcp("198.19.0.1", 40_000, "10.96.0.7", 80, Wire.SYN, 100);
        packet.set(Wire.BYTE, 90, (byte) 77);
        assertThat(view.read(packet, (int) packet.byteSize())).isEqualTo(Kind.TCP);
        assertThat(view.hasRightSum()).isFalse();
        view.rewrite(0, Wire.mapped(1), 0, Wire.mapped(2), 3, 4);
        assertThat(view.read(packet, (int) packet.byteSize())).isEqualTo(Kind.TCP);
        assertThat(view.hasRightSum()).isFalse();
    }

    @Test
    void whatIsNotAWholePlainPacketIsNamed() {
        assertThat(kind(new byte[0])).isEqualTo(Kind.EMPTY);
        assertThat(kind(new byte[] {0x45})).isEqualTo(Kind.MALFORMED);
        assertThat(kind(new byte[40])).isEqualTo(Kind.MALFORMED);
        byte[] good = Packets.bytes(Packets.tcp("198.19.0.1", 1, "10.0.0.1", 2, Wire.SYN, 8), 48);
        assertThat(kind(good)).isEqualTo(Kind.TCP);
        assertThat(kind(java.util.Arrays.copyOf(good, 47))).isEqualTo(Kind.MALFORMED);
        assertThat(kind(changed(good, 6, 0x20))).isEqualTo(Kind.FRAGMENT);
        assertThat(kind(changed(good, 7, 0x01))).isEqualTo(Kind.FRAGMENT);
        assertThat(kind(changed(good, 0, 0x46))).isEqualTo(Kind.OPTIONS);
        assertThat(kind(changed(good, 0, 0x44))).isEqualTo(Kind.MALFORMED);
        assertThat(kind(changed(good, 9, 17))).isEqualTo(Kind.MALFORMED);
        assertThat(kind(changed(good, 9, 132))).isEqualTo(Kind.OTHER);
        assertThat(kind(changed(good, 32, 0x40))).isEqualTo(Kind.MALFORMED);
        byte[] torn = good.clone();
        torn[15]++;
        assertThat(kind(torn)).as("a wrong sum of the IP header").isEqualTo(Kind.MALFORMED);
        byte[] six = Packets.bytes(Packets.tcp("fd00::1", 1, "fd00::2", 2, Wire.SYN, 8), 68);
        assertThat(kind(six)).isEqualTo(Kind.TCP);
        for (int next : new int[] {0, 43, 51, 60, 135}) {
            six[6] = (byte) next;
            assertThat(kind(six)).isEqualTo(Kind.OPTIONS);
        }
        six[6] = 44;
        assertThat(kind(six)).isEqualTo(Kind.FRAGMENT);
    }

    /** With the sum of the header made right again. */
    private static byte[] changed(byte[] packet, int at, int value) {
        MemorySegment memory = MemorySegment.ofArray(packet.clone());
        memory.set(Wire.BYTE, at, (byte) value);
        int header = Math.max(20, (memory.get(Wire.BYTE, 0) & 15) * 4);
        memory.set(Wire.SHORT, 10, (short) 0);
        memory.set(Wire.SHORT, 10, (short) ~Packets.slowSum(memory, 0, header, 0));
        return memory.toArray(Wire.BYTE);
    }

    private Kind kind(byte[] packet) {
        MemorySegment memory = Packets.memory();
        memory.asSlice(0, packet.length).copyFrom(MemorySegment.ofArray(packet));
        return view.read(memory, packet.length);
    }
}
