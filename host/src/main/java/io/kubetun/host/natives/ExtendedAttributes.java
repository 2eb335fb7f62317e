package io.kubetun.host.natives;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Extended attributes of files: the SELinux label and the access list among them. Linux only; nothing elsewhere. */
public final class ExtendedAttributes {
    private static final int MAX_NAMES = 64 << 10;
    private static final int MAX_VALUE = 64 << 10;

    private ExtendedAttributes() {}

    /**
     * Copies all attributes that one file has to another.
     *
     * @param from the file that has them
     * @param to the file that gets them
     * @throws NativeException if one cannot be read or set
     */
    public static void copy(Path from, Path to) throws NativeException {
        if (!Platform.isLinux()) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment names = arena.allocate(MAX_NAMES);
            long length = Calls.llistxattr(from.toString(), names.address(), MAX_NAMES);
            if (length < 0 && Native.getLastError() == Errno.EOPNOTSUPP) {
                return;
            }
            if (length < 0) {
                throw NativeException.last("listxattr " + from);
            }
            MemorySegment value = arena.allocate(MAX_VALUE);
            String all = new String(names.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), UTF_8);
            for (String name : all.split("\0", -1)) {
                if (!name.isEmpty()) {
                    copy(from, to, name, value);
                }
            }
        }
    }

    private static void copy(Path from, Path to, String name, MemorySegment value) throws NativeException {
        long size = Calls.lgetxattr(from.toString(), name, value.address(), MAX_VALUE);
        if (size < 0 && Native.getLastError() == Errno.ENODATA) {
            return;
        }
        if (size < 0) {
            throw NativeException.last("getxattr " + name);
        }
        if (Calls.lsetxattr(to.toString(), name, value.address(), size, 0) < 0) {
            throw NativeException.last("setxattr " + name);
        }
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, NativeLibrary.getProcess());
        }

        static native long llistxattr(String path, long list, long size);

        static native long lgetxattr(String path, String name, long value, long size);

        static native int lsetxattr(String path, String name, long value, long size, int flags);
    }
}
