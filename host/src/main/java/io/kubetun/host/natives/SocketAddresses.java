package io.kubetun.host.natives;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Addresses as {@code struct sockaddr}. */
final class SocketAddresses {
    private SocketAddresses() {}

    /** {@code struct sockaddr_un}. */
    static MemorySegment unix(SocketDialect dialect, Path socket, Arena arena) throws IOException {
        byte[] path = socket.toString().getBytes(UTF_8);
        if (path.length >= dialect.pathSize) {
            throw new IOException("longer than the " + (dialect.pathSize - 1) + " bytes of a socket's path: " + socket);
        }
        MemorySegment address = arena.allocate((long) Short.BYTES + dialect.pathSize);
        address.set(ValueLayout.JAVA_SHORT, 0, dialect.head(Posix.AF_UNIX, (int) address.byteSize()));
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
        return address;
    }

    /** {@code struct sockaddr_in} or {@code sockaddr_in6}. */
    static MemorySegment internet(InetSocketAddress address, Arena arena) {
        byte[] ip = address.getAddress().getAddress();
        MemorySegment memory = arena.allocate(ip.length == 4 ? 16 : 28);
        ByteBuffer out = memory.asByteBuffer().order(ByteOrder.nativeOrder());
        out.putShort((short) (ip.length == 4 ? LinuxCalls.AF_INET : LinuxCalls.AF_INET6));
        out.order(ByteOrder.BIG_ENDIAN).putShort((short) address.getPort());
        if (ip.length != 4) {
            out.putInt(0);
        }
        out.put(ip);
        return memory;
    }
}
