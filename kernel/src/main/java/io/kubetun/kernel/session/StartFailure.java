package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;

/** What a thread that starts something threw, for the thread that waits for it. */
final class StartFailure {
    private StartFailure() {}

    static KubetunException of(String what, Throwable cause) throws InterruptedException {
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
