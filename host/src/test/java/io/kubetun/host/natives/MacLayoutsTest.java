package io.kubetun.host.natives;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Structures of macOS, byte for byte as its headers have them on little-endian machines, made on any of these. */
class MacLayoutsTest {
    private static final int FIONREAD_OF_LINUX = 0x541B;

    @BeforeEach
    void littleEndian() {
        assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "no Mac is big-endian any more");
    }

    @Test
    void theControlIsAskedForByName() {
        try (Arena arena = Arena.ofConfined()) {
            byte[] info = UtunDescriptor.controlInfo(arena).toArray(ValueLayout.JAVA_BYTE);

            assertThat(info).hasSize(4 + 96).startsWith(0, 0, 0, 0);
            assertThat(new String(info, 4, 96, US_ASCII).stripTrailing())
                    .startsWith("com.apple.net.utun_control\0")
                    .endsWith("\0");
            // The size is a part of the request's number.
            assertThat(MacCalls.CTLIOCGINFO >> 16 & 0x1fff).isEqualTo(info.length);
            assertThat(MacCalls.CTLIOCGINFO).isEqualTo(0xC0000000L | 100 << 16 | 'N' << 8 | 3);
            assertThat(MacCalls.FIONBIO).isEqualTo(0x80000000L | 4 << 16 | 'f' << 8 | 126);
            assertThat(MacCalls.FIOCLEX).isEqualTo(0x20000000L | 'f' << 8 | 1);
        }
    }

    @Test
    void theAddressOfTheControlHasLengthFamilyAndId() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(hex(UtunDescriptor.controlAddress(0x01020304, arena)))
                    .isEqualTo("20 20 0200 04030201 00000000".replace(" ", "") + "00".repeat(20));
        }
    }

    @Test
    void aUnixAddressHasLengthFamilyAndPath() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketAddresses.unix(SocketDialect.MAC, Path.of("/v/s"), arena);

            assertThat(hex(address)).isEqualTo("6a01" + "2f762f73" + "00".repeat(100));
            assertThat(hex(SocketAddresses.unix(SocketDialect.LINUX, Path.of("/v/s"), arena)))
                    .isEqualTo("0100" + "2f762f73" + "00".repeat(104));
            assertThatThrownBy(() -> SocketAddresses.unix(SocketDialect.MAC, Path.of("/" + "x".repeat(103)), arena))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("103 bytes");
        }
    }

    @Test
    void aDescriptorGoesBesideTheBytes() {
        MessageMemory memory = new MessageMemory(SocketDialect.MAC, 16);
        Pointer header = new Pointer(memory.forSending(new byte[] {7, 8, 9}, 1, 2, OptionalInt.of(0x51)));

        // struct msghdr of 48 bytes: name, its length, iovec, how many, control, its length, flags.
        assertThat(header.getLong(0)).isZero();
        assertThat(header.getInt(8)).isZero();
        assertThat(header.getInt(24)).isEqualTo(1);
        assertThat(header.getInt(40)).isEqualTo(16);
        assertThat(header.getInt(44)).isZero();
        Pointer piece = header.getPointer(16);
        assertThat(piece.getPointer(0).getByteArray(0, 2)).containsExactly(8, 9);
        assertThat(piece.getLong(8)).isEqualTo(2);
        // struct cmsghdr: length 16, SOL_SOCKET, SCM_RIGHTS, the descriptor.
        assertThat(HexFormat.of().formatHex(header.getPointer(32).getByteArray(0, 16)))
                .isEqualTo("10000000" + "ffff0000" + "01000000" + "51000000");
    }

    @Test
    void aDescriptorIsTakenFromBesideTheBytes() {
        MessageMemory memory = new MessageMemory(SocketDialect.MAC, 16);
        Pointer header = new Pointer(memory.forReceiving());
        assertThat(memory.descriptor()).isEmpty();

        header.setInt(40, 16);
        header.setInt(44, 0x80); // msg_flags, right behind
        header.getPointer(32).write(0, new int[] {16, 0xffff, 1, 0x52}, 0, 4);

        assertThat(memory.descriptor()).hasValue(0x52);
        header.setInt(40, 0);
        assertThat(memory.descriptor()).isEmpty();
    }

    @Test
    void aPipeEndsAWaitAsWell() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the pair of sockets is Linux's");
        SocketPair pair = SocketPair.open();
        try (Wakeup wakeup = new Wakeup(SocketDialect.MAC)) {
            assertThat(Wait.on(pair.here(), Posix.POLLIN, wakeup, Duration.ZERO))
                    .isEqualTo(Wait.TIMEOUT);
            wakeup.wake();
            wakeup.wake();
            assertThat(Wait.on(pair.here(), Posix.POLLIN, wakeup, Duration.ofMinutes(1)))
                    .isEqualTo(Wait.WOKEN);
        } finally {
            Posix.close(pair.here());
            Posix.close(pair.there());
        }
    }

    @Test
    void aVariableArgumentArrives() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the number of the request is Linux's");
        SocketPair pair = SocketPair.open();
        try (Arena arena = Arena.ofConfined()) {
            pair.send(new byte[11]);
            MemorySegment waiting = arena.allocate(ValueLayout.JAVA_INT);

            assertThat(MacCalls.ioctl(pair.here(), FIONREAD_OF_LINUX, waiting.address()))
                    .isZero();
            assertThat(waiting.get(ValueLayout.JAVA_INT, 0)).isEqualTo(11);
        } finally {
            Posix.close(pair.here());
            Posix.close(pair.there());
        }
    }

    private static String hex(MemorySegment memory) {
        ByteBuffer bytes = memory.asByteBuffer();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(Arrays.copyOf(copy, copy.length));
    }
}
