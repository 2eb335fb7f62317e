package io.kubetun.distribution.command;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;

/** Why a session ended that somebody waited for: because a person wanted it, or not. */
final class Ending {
    /** The reason of {@code kubetun disconnect}. */
    static final String DISCONNECTED = "ended by kubetun disconnect";

    /** The reason of a kernel that closes. */
    private static final String STOPPED = "stopped";

    private Ending() {}

    static int of(String reason, Progress progress) throws KubetunException {
        if (reason.equals(DISCONNECTED) || reason.equals(STOPPED)) {
            progress.step("The session was " + reason + ". Nothing is left behind.");
            return 0;
        }
        throw new KubetunException(
                ErrorCode.SESSION_LOST, "the session has ended", reason, "Start it again with the same command");
    }
}
