package io.kubetun.host.namespace;

import io.kubetun.host.natives.OtherProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A network namespace, held open so that its number is given to no other one. Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public final class NetworkNamespace implements AutoCloseable {
    private final String id;
    private final FileChannel held;

    private NetworkNamespace(String id, FileChannel held) {
        this.id = id;
        this.held = held;
    }

    /**
     * Takes hold of the one that a process is in.
     *
     * @param process its number
     * @return the namespace
     * @throws IOException if this user may not, or the process has ended
     */
    public static NetworkNamespace of(long process) throws IOException {
        FileChannel held = FileChannel.open(link(process), StandardOpenOption.READ);
        try {
            return new NetworkNamespace(id(process), held);
        } catch (IOException e) {
            held.close();
            throw e;
        }
    }

    /**
     * Takes hold of the one that another process is in, if that is not this process's.
     *
     * @param process its number
     * @return the namespace; empty if it is the same, or this user may not know
     */
    public static Optional<NetworkNamespace> ofOther(long process) {
        try {
            boolean same = id(process).equals(id(ProcessHandle.current().pid()));
            return same ? Optional.empty() : Optional.of(of(process));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** Such as {@code net:[4026533013]}. */
    private static String id(long process) throws IOException {
        return Files.readSymbolicLink(link(process)).toString();
    }

    private static Path link(long process) {
        return Path.of("/proc", Long.toString(process), "ns", "net");
    }

    private boolean holds(long process) {
        try {
            return id(process).equals(id);
        } catch (IOException hiddenOrGone) {
            return false;
        }
    }

    /** Tells all in it but this process that they have no network any more, as a terminal does that goes away. */
    public void hangUp() {
        long own = ProcessHandle.current().pid();
        ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(each -> each != own && holds(each))
                .forEach(OtherProcess::hangUp);
    }

    @Override
    public void close() {
        try {
            held.close();
        } catch (IOException e) {
            throw new IllegalStateException("a descriptor that was only held does not close", e);
        }
    }
}
