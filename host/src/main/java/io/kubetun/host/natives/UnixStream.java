package io.kubetun.host.natives;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A connected Unix-domain stream socket that carries file descriptors beside its bytes (unix(7), SCM_RIGHTS). One
 * thread may receive while another sends; {@link #close} must not run beside either.
 */
public final class UnixStream implements AutoCloseable {
    private static final int CHUNK = 64 << 10;
    private static final SocketDialect DIALECT = SocketDialect.here();

    private final int descriptor;
    private final MessageMemory incoming = new MessageMemory(DIALECT, CHUNK);
    private final MessageMemory outgoing = new MessageMemory(DIALECT, CHUNK);

    UnixStream(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Connects.
     *
     * @param socket the listening socket's path
     * @return the connection
     * @throws IOException if nobody listens there
     */
    public static UnixStream connect(Path socket) throws IOException {
        int descriptor = SocketDescriptors.open(Posix.AF_UNIX, Posix.SOCK_STREAM, 0);
        UnixStream stream = new UnixStream(descriptor);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SocketAddresses.unix(DIALECT, socket, arena);
            if (Posix.connect(descriptor, address.address(), (int) address.byteSize()) < 0) {
                throw NativeException.last("connect " + socket);
            }
            return stream;
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /**
     * Returns who is at the other end, as the operating system vouches for it: who connected, or who listened.
     *
     * @return the uid
     * @throws NativeException if it cannot tell
     */
    public int peerUid() throws NativeException {
        return credentials(Integer.BYTES);
    }

    /**
     * Returns which process is at the other end, or was when it connected or listened.
     *
     * @return its number
     * @throws NativeException if it cannot tell
     */
    public int peerProcess() throws NativeException {
        return credentials(0);
    }

    private int credentials(int offset) throws NativeException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(DIALECT.peerSize, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, DIALECT.peerSize);
            if (Posix.getsockopt(
                            descriptor, DIALECT.peerLevel, DIALECT.peerOption, credentials.address(), length.address())
                    < 0) {
                throw NativeException.last("getsockopt for the peer's uid");
            }
            return credentials.get(ValueLayout.JAVA_INT, offset);
        }
    }

    /**
     * Waits until something can be received.
     *
     * @param wakeup ends the wait
     * @param patience how long
     * @return how the wait ended
     * @throws NativeException if the wait failed
     */
    public Wait awaitInput(Wakeup wakeup, Duration patience) throws NativeException {
        return Wait.on(descriptor, Posix.POLLIN, wakeup, patience);
    }

    /**
     * Receives what is there, without waiting.
     *
     * @return bytes and perhaps a descriptor; no bytes if nothing is there; empty at the end of the stream
     * @throws NativeException if the connection broke
     */
    public Received receive() throws NativeException {
        long count = Posix.recvmsg(descriptor, incoming.forReceiving(), DIALECT.dontWait | DIALECT.closeReceived);
        if (count < 0) {
            int errno = Native.getLastError();
            if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
                return new Received(ByteBuffer.allocate(0), OptionalInt.empty(), false);
            }
            throw new NativeException("recvmsg", errno);
        }
        OptionalInt passed = incoming.descriptor();
        if (DIALECT.closeReceived == 0) {
            passed.ifPresent(SocketDescriptors::closeOnExec);
        }
        return new Received(ByteBuffer.wrap(incoming.bytes((int) count)), passed, count == 0);
    }

    /**
     * Sends all of some bytes.
     *
     * @param bytes the bytes, at least one
     * @param passed a descriptor that goes with the first of them; the caller still owns its own
     * @param wakeup ends a wait for room
     * @param patience how long to wait for room at a time
     * @throws IOException if the connection broke, had no room for that long, or the wakeup came
     */
    public void send(byte[] bytes, OptionalInt passed, Wakeup wakeup, Duration patience) throws IOException {
        OptionalInt beside = passed;
        for (int at = 0; at < bytes.length; ) {
            long message = outgoing.forSending(bytes, at, Math.min(CHUNK, bytes.length - at), beside);
            long count = Posix.sendmsg(descriptor, message, DIALECT.dontWait | DIALECT.noSignal);
            if (count > 0) {
                at += (int) count;
                beside = OptionalInt.empty();
                continue;
            }
            int errno = Native.getLastError();
            if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
                throw new NativeException("sendmsg", errno);
            }
            if (Wait.on(descriptor, Posix.POLLOUT, wakeup, patience) != Wait.READY) {
                throw new IOException("the other end does not read");
            }
        }
    }

    /** Tells the other end that no more will be sent. */
    public void shutdownOutput() {
        Posix.shutdown(descriptor, Posix.SHUT_WR);
    }

    /** Ends both directions; the descriptor stays open until {@link #close}. */
    public void shutdown() {
        Posix.shutdown(descriptor, Posix.SHUT_RDWR);
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }

    /**
     * What was received.
     *
     * @param bytes the bytes
     * @param descriptor a file descriptor that came with them; the receiver owns it
     * @param end whether the stream has ended
     */
    public record Received(ByteBuffer bytes, OptionalInt descriptor, boolean end) {}
}
