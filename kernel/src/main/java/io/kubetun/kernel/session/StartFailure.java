package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;

/** What a thread that starts something threw, for the thread that waits for it. Stateless. */
public final class StartFailure {
    private StartFailure() {}

    /**
     * Puts it into words.
     *
     * @param what what failed, a clause
     * @param cause what was thrown
     * @return the error, to be thrown
     * @throws InterruptedException if that was it
     */
    public static KubetunException of(String what, Throwable cause) throws InterruptedException {
        return switch (cause) {
            case KubetunException told -> told;
            case InterruptedException interrupted -> throw interrupted;
            case Error error -> throw error;
            default ->
                new KubetunException(
                        ErrorCode.INTERNAL, what, cause.toString(), "Type the command again with --verbose.", cause);
        };
    }
}
