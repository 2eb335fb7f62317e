package io.kubetun.kernel.control;

import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The living kernels of this user: the one in the background and those that live in a command. Stateless; methods block,
 * a few seconds at most for each kernel that hangs.
 *
 * @param folder the user's folder for control sockets; need not exist
 */
public record Kernels(Path folder) {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);

    /**
     * Asks all for their sessions. A kernel that is just ending, or does not answer, is left out.
     *
     * @return the sessions, those of the background kernel first
     * @throws KubetunException if the folder cannot be read, or a kernel is of another version
     */
    public List<SessionStatus> status() throws KubetunException {
        return status(socket -> true);
    }

    /**
     * Asks all but one.
     *
     * @param own the control socket of the kernel that is not asked
     * @return the sessions of the others
     * @throws KubetunException if the folder cannot be read, or a kernel is of another version
     */
    public List<SessionStatus> statusOfOthers(Path own) throws KubetunException {
        return status(socket -> !socket.equals(own));
    }

    /**
     * Finds a session and the kernel that has it.
     *
     * @param name the session's id, or the name of its profile where only one has it
     * @return the session
     * @throws KubetunException if there is none, or more than one of this name
     */
    public Found find(String name) throws KubetunException {
        List<Found> found = named(name);
        Optional<Found> byId =
                found.stream().filter(each -> each.session().id().equals(name)).findFirst();
        if (byId.isPresent()) {
            return byId.get();
        }
        if (found.size() != 1) {
            throw new KubetunException(
                    ErrorCode.SESSION_UNKNOWN,
                    "cannot find session " + name,
                    (found.isEmpty() ? "none" : found.size()) + " of those that run "
                            + (found.size() > 1 ? "have this name" : "has this id or name"),
                    "See them: kubetun status");
        }
        return found.getFirst();
    }

    /**
     * Finds sessions and the kernels that have them.
     *
     * @param name an id, or the name of a profile
     * @return those that have it
     * @throws KubetunException if the folder cannot be read, or a kernel is of another version
     */
    public List<Found> named(String name) throws KubetunException {
        List<Found> found = new ArrayList<>();
        for (ControlClient kernel : all()) {
            for (SessionStatus session : statusOf(kernel)) {
                if (session.id().equals(name) || session.profile().equals(name)) {
                    found.add(new Found(kernel, session));
                }
            }
        }
        return found;
    }

    /**
     * Asks how a flow would go, by sending one through each session that owns the name or address, or else through all.
     *
     * @param session the id or the profile's name of the only session to ask; empty for all
     * @param host the name or literal that a program would connect to
     * @param port 1 to 65535
     * @return one explanation a session; none if no session runs
     * @throws KubetunException if there is no such session, or a kernel cannot say
     */
    public List<Explanation> why(String session, String host, int port) throws KubetunException {
        if (!session.isEmpty()) {
            Found found = find(session);
            return found.kernel().why(found.session().id(), host, port);
        }
        List<Explanation> all = new ArrayList<>();
        for (ControlClient kernel : all()) {
            if (!statusOf(kernel).isEmpty()) {
                all.addAll(kernel.why("", host, port));
            }
        }
        return all;
    }

    /**
     * A session and the kernel that has it.
     *
     * @param kernel the kernel
     * @param session the session
     */
    public record Found(ControlClient kernel, SessionStatus session) {}

    /**
     * Makes the folder, mode 0700, if it is missing.
     *
     * @return the folder
     * @throws KubetunException if that cannot be done
     */
    public Path prepared() throws KubetunException {
        try {
            return new ControlSockets(folder).prepareFolder();
        } catch (IOException | RuntimeException e) {
            throw ControlServer.unusable(folder, e);
        }
    }

    /**
     * Returns where the background kernel listens, if it runs.
     *
     * @return the path of its socket
     */
    public Path background() {
        return new ControlSockets(folder).background();
    }

    /**
     * Lists the kernels that seem to live.
     *
     * @return the background kernel first
     * @throws KubetunException if the folder cannot be read
     */
    public List<ControlClient> all() throws KubetunException {
        try {
            return new ControlSockets(folder)
                    .living().stream().sorted().map(ControlClient::new).toList().reversed();
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot read " + folder,
                    e.toString(),
                    "See who owns it: ls -ld " + folder,
                    e);
        }
    }

    /**
     * Becomes the one background kernel of this user, and takes away the socket of one that died.
     *
     * @param folder the user's folder for control sockets, made if it is missing
     * @return the lock; empty if another process has it
     * @throws KubetunException if the folder cannot be used
     */
    public static Optional<FileLock> lock(Path folder) throws KubetunException {
        try {
            return new ControlSockets(folder).takeBackground();
        } catch (IOException | RuntimeException e) {
            throw ControlServer.unusable(folder, e);
        }
    }

    /**
     * Lets another process be the background kernel.
     *
     * @param lock from {@link #lock}
     */
    public static void unlock(FileLock lock) {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            LOG.debug("the lock goes with the process", e);
        }
    }

    private List<SessionStatus> status(Predicate<Path> which) throws KubetunException {
        List<SessionStatus> sessions = new ArrayList<>();
        for (ControlClient kernel : all()) {
            if (which.test(kernel.socket())) {
                sessions.addAll(statusOf(kernel));
            }
        }
        return sessions;
    }

    /**
     * Asks one kernel for its sessions.
     *
     * @param kernel the kernel
     * @return its sessions; none if it does not answer
     * @throws KubetunException if it is of another version
     */
    public List<SessionStatus> statusOf(ControlClient kernel) throws KubetunException {
        try {
            return kernel.status();
        } catch (KubetunException e) {
            if (e.code() == ErrorCode.KERNEL_UNUSABLE) {
                throw e;
            }
            LOG.debug("the kernel at {} did not answer", kernel.socket(), e);
            return List.of();
        }
    }

    /**
     * Says whether a background kernel runs and answers.
     *
     * @return it, if so
     * @throws KubetunException if it is of another version
     */
    public Optional<ControlClient> running() throws KubetunException {
        ControlClient kernel = new ControlClient(background());
        try {
            kernel.status();
            return Optional.of(kernel);
        } catch (KubetunException e) {
            if (e.code() == ErrorCode.KERNEL_UNUSABLE) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
