package io.kubetun.kube.api;

import java.io.IOException;

/** The API server answered with an error. */
public final class ApiException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;

    /**
     * Makes an error.
     *
     * @param status the HTTP status
     * @param reason the {@code reason} of Kubernetes' Status, such as {@code Forbidden}; empty if it sent none
     * @param message what it said
     */
    public ApiException(int status, String reason, String message) {
        super(message);
        this.status = status;
        this.reason = reason;
    }

    /**
     * Returns the HTTP status.
     *
     * @return such as 403
     */
    public int status() {
        return status;
    }

    /**
     * Says whether the user lacks a permission.
     *
     * @return true for 403
     */
    public boolean forbidden() {
        return status == 403;
    }

    /**
     * Says whether the resource version is too old to go on from.
     *
     * @return true for 410 or what says the same
     */
    public boolean gone() {
        return status == 410 || reason.equals("Expired") || reason.equals("Gone");
    }
}
