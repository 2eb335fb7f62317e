package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Makes utun devices of macOS as bare file descriptors: a device is what is behind a control socket (net/if_utun.h). */
public final class UtunDescriptor {
    /** The name of the kernel control that hands them out. */
    static final String CONTROL = "com.apple.net.utun_control";

    /** {@code struct ctl_info}: an id and a name of 96 bytes. */
    private static final int CTL_INFO = 100;

    /** {@code struct sockaddr_ctl}. */
    private static final int SOCKADDR_CTL = 32;

    private static final int IFNAMSIZ = 16;

    private UtunDescriptor() {}

    /**
     * Makes a device, up and with a name that the system chooses; gone when the last copy of the descriptor is closed.
     *
     * @return the descriptor, non-blocking, closed on exec, owned by the caller
     * @throws NativeException if this user may not, or there are no such devices here
     */
    public static int create() throws NativeException {
        int descriptor =
                SocketDescriptors.openNonBlocking(MacCalls.AF_SYSTEM, Posix.SOCK_DGRAM, MacCalls.SYSPROTO_CONTROL);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = controlInfo(arena);
            if (MacCalls.ioctl(descriptor, MacCalls.CTLIOCGINFO, info.address()) < 0) {
                throw NativeException.last("CTLIOCGINFO " + CONTROL);
            }
            MemorySegment address = controlAddress(info.get(ValueLayout.JAVA_INT, 0), arena);
            if (Posix.connect(descriptor, address.address(), SOCKADDR_CTL) < 0) {
                throw NativeException.last("connect " + CONTROL);
            }
            return descriptor;
        } catch (NativeException e) {
            Posix.close(descriptor);
            throw e;
        }
    }

    /**
     * Asks a device for its name; needs no privilege.
     *
     * @param descriptor its descriptor
     * @return such as {@code utun5}
     * @throws NativeException if it is no such device
     */
    public static String name(int descriptor) throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(IFNAMSIZ);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, IFNAMSIZ);
            if (Posix.getsockopt(
                            descriptor,
                            MacCalls.SYSPROTO_CONTROL,
                            MacCalls.UTUN_OPT_IFNAME,
                            name.address(),
                            length.address())
                    < 0) {
                throw NativeException.last("getsockopt UTUN_OPT_IFNAME");
            }
            return name.getString(0, StandardCharsets.US_ASCII);
        }
    }

    /** {@code struct ctl_info} that asks for the control's id, which comes in its first four bytes. */
    static MemorySegment controlInfo(Arena arena) {
        MemorySegment info = arena.allocate(CTL_INFO, Integer.BYTES);
        info.setString(Integer.BYTES, CONTROL, StandardCharsets.US_ASCII);
        return info;
    }

    /** {@code struct sockaddr_ctl}; unit 0 is the next free one. */
    static MemorySegment controlAddress(int id, Arena arena) {
        MemorySegment address = arena.allocate(SOCKADDR_CTL, Integer.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, SocketDialect.MAC.head(MacCalls.AF_SYSTEM, SOCKADDR_CTL));
        address.set(ValueLayout.JAVA_SHORT, 2, (short) MacCalls.AF_SYS_CONTROL);
        address.set(ValueLayout.JAVA_INT, 4, id);
        return address;
    }
}
