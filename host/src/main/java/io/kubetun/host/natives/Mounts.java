package io.kubetun.host.natives;

import java.nio.file.Path;

/** Changes what this process's own mount namespace shows at a path (mount(2)). Stateless. */
public final class Mounts {
    private static final String MEMORY = "tmpfs";

    private Mounts() {}

    /**
     * Puts an empty folder in memory over a folder.
     *
     * @param folder the folder
     * @throws NativeException if it may not be, or is not there
     */
    public static void memory(Path folder) throws NativeException {
        check(
                LinuxCalls.mount(MEMORY, folder.toString(), MEMORY, 0, "mode=755,size=64k"),
                "mount a folder in memory on " + folder);
    }

    /**
     * Shows a file in the place of another.
     *
     * @param file what is shown
     * @param place an existing file; a symbolic link is followed
     * @throws NativeException if it may not be, or one of the two is not there
     */
    public static void show(Path file, Path place) throws NativeException {
        check(
                LinuxCalls.mount(file.toString(), place.toString(), MEMORY, LinuxCalls.MS_BIND, ""),
                "mount " + file + " on " + place);
    }

    /**
     * Takes away what was put last over a path; what is in use of it lives on unseen.
     *
     * @param path the path
     * @throws NativeException if there is nothing
     */
    public static void takeAway(Path path) throws NativeException {
        check(LinuxCalls.umount2(path.toString(), LinuxCalls.MNT_DETACH), "unmount " + path);
    }

    private static void check(int result, String what) throws NativeException {
        if (result < 0) {
            throw NativeException.last(what);
        }
    }
}
