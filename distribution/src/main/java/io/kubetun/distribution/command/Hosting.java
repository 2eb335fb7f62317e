package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.KubetunException;
import java.util.List;

/** Where sessions are started: in this process, or in the background kernel. */
interface Hosting {
    /**
     * Starts a session of each profile, or none.
     *
     * @return the exit code
     */
    int run(List<Profile> profiles) throws KubetunException, InterruptedException;
}
