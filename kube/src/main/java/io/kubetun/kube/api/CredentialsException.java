package io.kubetun.kube.api;

import java.io.IOException;

/** There are no credentials to be had: an exec plugin failed, or a token file is gone. */
public final class CredentialsException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an error.
     *
     * @param cause why
     */
    public CredentialsException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
