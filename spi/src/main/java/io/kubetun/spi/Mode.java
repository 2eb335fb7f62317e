package io.kubetun.spi;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * One way in or out of a cluster, running in one session. {@link #start} and {@link #stop} are each called at most
 * once, on a virtual thread that may block; what moves bytes belongs on the session's event loops, which may not.
 */
public interface Mode {
    /**
     * Starts, and returns when the mode can be used. One that fails has undone what it began.
     *
     * @throws KubetunException if it cannot start; the session then stops its other modes
     * @throws InterruptedException if the session is stopped meanwhile
     */
    void start() throws KubetunException, InterruptedException;

    /** Stops: no new flows at once, then everything else that {@link #start} opened. Called also after a crash of another mode. */
    void stop();

    /**
     * Says where this mode listens now.
     *
     * @return addresses with what they serve, empty before the start
     */
    default List<Listening> listening() {
        return List.of();
    }

    /**
     * Says who in the cluster reaches what by this mode, as long as its session is there.
     *
     * @return what is not as it would be without the mode, and what people take for it; empty before the start
     */
    default List<Reach> reaches() {
        return List.of();
    }

    /**
     * Says what else a person should know of this mode now: what it cannot do and what would help, what it has counted.
     *
     * @return a sentence each, in the order of their weight; few
     */
    default List<String> notes() {
        return List.of();
    }

    /**
     * What a caller in the cluster reaches.
     *
     * @param caller who calls, for people: {@code a Service's name}
     * @param reaches who answers, a word: {@code laptop}
     */
    record Reach(String caller, String reaches) {}

    /**
     * A local address that a mode serves.
     *
     * @param address the address
     * @param serves what is behind it, for people: {@code SOCKS5}, {@code lab/echo:80}
     * @param names the names that lead to it here, if any
     */
    record Listening(InetSocketAddress address, String serves, List<String> names) {
        /** Keeps a copy of the names. */
        public Listening {
            names = List.copyOf(names);
        }
    }
}
