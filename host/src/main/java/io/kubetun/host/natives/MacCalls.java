package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Calls and constants of macOS. */
final class MacCalls {
    static final int PF_ROUTE = 17;
    static final int SOCK_RAW = 3;
    static final int POLLIN = 1;

    static {
        Native.register(MacCalls.class, NativeLibrary.getProcess());
    }

    private MacCalls() {}

    static native int socket(int domain, int type, int protocol);

    static native long read(int descriptor, long bytes, long length);

    static native int poll(long descriptors, int count, int timeoutMillis);
}
