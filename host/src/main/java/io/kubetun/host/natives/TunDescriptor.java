package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Makes TUN devices as bare file descriptors (Documentation/networking/tuntap.rst). */
public final class TunDescriptor {
    /** Where the kernel hands them out. */
    public static final String CLONE_DEVICE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454CAL;
    private static final int IFF_TUN = 0x1;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int IFREQ = 40;
    private static final int IFNAMSIZ = 16;

    private TunDescriptor() {}

    /**
     * Makes a device: of packets without a header of their own, gone when the last copy of the descriptor is closed.
     *
     * @param name its name, at most 15 bytes
     * @return the descriptor, non-blocking, closed on exec, owned by the caller
     * @throws NativeException if there are no such devices here, the name is taken, or this user may not
     */
    public static int create(String name) throws NativeException {
        int descriptor = Posix.open(CLONE_DEVICE, Posix.O_RDWR | Posix.O_CLOEXEC | Posix.O_NONBLOCK);
        if (descriptor < 0) {
            throw NativeException.last("open " + CLONE_DEVICE);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            if (bytes.length >= IFNAMSIZ) {
                throw new IllegalArgumentException("too long for a device: " + name);
            }
            MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
            request.set(ValueLayout.JAVA_SHORT, IFNAMSIZ, (short) (IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL));
            if (LinuxCalls.ioctl(descriptor, TUNSETIFF, request.address()) < 0) {
                NativeException failure = NativeException.last("TUNSETIFF " + name);
                Posix.close(descriptor);
                throw failure;
            }
            return descriptor;
        }
    }

    /**
     * Finds a device of this network namespace.
     *
     * @param name its name
     * @return its index; 0 if there is none
     */
    public static int index(String name) {
        return Posix.if_nametoindex(name);
    }

    /**
     * Closes a descriptor.
     *
     * @param descriptor an open one, owned by the caller
     */
    public static void close(int descriptor) {
        Posix.close(descriptor);
    }
}
