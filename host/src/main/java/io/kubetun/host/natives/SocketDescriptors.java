package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes sockets that are closed on exec: at once where the system can (Linux), else right after (macOS). */
final class SocketDescriptors {
    private static final boolean MAC = SocketDialect.here() == SocketDialect.MAC;

    private SocketDescriptors() {}

    static int open(int domain, int type, int protocol) throws NativeException {
        return MAC
                ? ofMac(domain, type, protocol)
                : checked(Posix.socket(domain, type | LinuxCalls.SOCK_CLOEXEC, protocol));
    }

    static int openNonBlocking(int domain, int type, int protocol) throws NativeException {
        if (!MAC) {
            return checked(Posix.socket(domain, type | LinuxCalls.SOCK_CLOEXEC | LinuxCalls.SOCK_NONBLOCK, protocol));
        }
        int descriptor = ofMac(domain, type, protocol);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            if (MacCalls.ioctl(descriptor, MacCalls.FIONBIO, on.address()) < 0) {
                NativeException failure = NativeException.last("FIONBIO");
                Posix.close(descriptor);
                throw failure;
            }
            return descriptor;
        }
    }

    static int accept(int listening) throws NativeException {
        if (!MAC) {
            return checked(LinuxCalls.accept4(listening, 0, 0, LinuxCalls.SOCK_CLOEXEC));
        }
        int accepted = checked(Posix.accept(listening, 0, 0));
        closeOnExec(accepted);
        return accepted;
    }

    /** For a descriptor that came from another process, where receiving it cannot do so. */
    static void closeOnExec(int descriptor) {
        MacCalls.ioctl(descriptor, MacCalls.FIOCLEX, 0);
    }

    private static int ofMac(int domain, int type, int protocol) throws NativeException {
        int descriptor = checked(Posix.socket(domain, type, protocol));
        closeOnExec(descriptor);
        return descriptor;
    }

    private static int checked(int descriptor) throws NativeException {
        if (descriptor < 0) {
            throw NativeException.last("socket");
        }
        return descriptor;
    }
}
