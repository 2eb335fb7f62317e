package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;

/** Why something did not start. Stateless. */
public final class StartFailure {
    private StartFailure() {}

    /**
     * Says that a mode is not there.
     *
     * @param what what was to be done with it, a verb
     * @param mode its name
     * @return the error, to be thrown
     */
    public static KubetunException unknown(String what, String mode) {
        return new KubetunException(
                ErrorCode.PLUGIN_UNKNOWN,
                "cannot " + what + " the mode " + mode,
                "no plugin provides it",
                "See what there is: kubetun plugins");
    }

    /**
     * Puts into words what a thread that starts something threw, for the thread that waits for it.
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
