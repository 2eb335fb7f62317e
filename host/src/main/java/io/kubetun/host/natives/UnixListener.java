package io.kubetun.host.natives;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** A listening Unix-domain stream socket that belongs to one user, mode 0600. For one thread. */
public final class UnixListener implements AutoCloseable {
    private static final int BACKLOG = 8;

    private final int descriptor;
    private final Path path;

    private UnixListener(int descriptor, Path path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    /**
     * Binds a socket. Nobody can connect before it belongs to the user and has its mode.
     *
     * @param path where, in a folder that only this process's user may write
     * @param uid the user who may connect
     * @return the listening socket
     * @throws IOException if it cannot be made
     */
    public static UnixListener open(Path path, int uid) throws IOException {
        int descriptor = SocketDescriptors.openNonBlocking(Posix.AF_UNIX, Posix.SOCK_STREAM, 0);
        UnixListener listener = new UnixListener(descriptor, path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketAddresses.unix(SocketDialect.here(), path, arena);
            if (Posix.bind(descriptor, address.address(), (int) address.byteSize()) < 0) {
                throw NativeException.last("bind " + path);
            }
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            if (Posix.listen(descriptor, BACKLOG) < 0) {
                throw NativeException.last("listen " + path);
            }
            return listener;
        } catch (IOException e) {
            Posix.close(descriptor);
            throw e;
        }
    }

    /**
     * Waits for a connection.
     *
     * @param wakeup ends the wait
     * @param patience how long
     * @return how the wait ended; after READY, {@link #accept} may still find that the client has gone
     * @throws NativeException if the wait failed
     */
    public Wait await(Wakeup wakeup, Duration patience) throws NativeException {
        return Wait.on(descriptor, Posix.POLLIN, wakeup, patience);
    }

    /**
     * Accepts a connection that is there.
     *
     * @return the connection
     * @throws NativeException if there is none
     */
    public UnixStream accept() throws NativeException {
        return new UnixStream(SocketDescriptors.accept(descriptor));
    }

    /** Closes the socket and deletes its file. */
    @Override
    public void close() throws IOException {
        Posix.close(descriptor);
        Files.deleteIfExists(path);
    }
}
