package io.kubetun.spi;

import java.util.Objects;

/**
 * An error that a user can act on: what failed, why, and what to type next. It never carries a secret.
 */
public class KubetunException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String reason;
    private final String next;

    /**
     * Makes an error.
     *
     * @param code what kind of failure
     * @param what what failed, a clause without a full stop: "cannot listen on 127.0.0.1:1080"
     * @param why the reason, a clause: "another process has the port"
     * @param next what to do about it, best a command: "kubetun proxy-out --listen-socks 127.0.0.1:1081"
     */
    public KubetunException(ErrorCode code, String what, String why, String next) {
        this(code, what, why, next, null);
    }

    /**
     * Makes an error with a cause.
     *
     * @param code what kind of failure
     * @param what what failed
     * @param why the reason
     * @param next what to do about it
     * @param cause the exception behind it, or null for none
     */
    public KubetunException(ErrorCode code, String what, String why, String next, Throwable cause) {
        super(Objects.requireNonNull(what, "what"), cause);
        this.code = Objects.requireNonNull(code, "code");
        this.reason = Objects.requireNonNull(why, "why");
        this.next = Objects.requireNonNull(next, "next");
    }

    /**
     * Returns the kind of failure.
     *
     * @return the code
     */
    public final ErrorCode code() {
        return code;
    }

    /**
     * Returns what failed.
     *
     * @return a clause
     */
    public final String what() {
        return super.getMessage();
    }

    /**
     * Returns why it failed.
     *
     * @return a clause
     */
    public final String why() {
        return reason;
    }

    /**
     * Returns what to do about it.
     *
     * @return a command or an instruction
     */
    public final String next() {
        return next;
    }

    @Override
    public final String getMessage() {
        return what() + ": " + reason + ". " + next;
    }
}
