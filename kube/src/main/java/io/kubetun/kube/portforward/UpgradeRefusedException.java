package io.kubetun.kube.portforward;

import java.io.IOException;

/** The server answered an upgrade with something else than 101. */
final class UpgradeRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * Makes one.
     *
     * @param status the HTTP status; 0 if the connection ended without one
     * @param message what the answer said
     */
    UpgradeRefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
