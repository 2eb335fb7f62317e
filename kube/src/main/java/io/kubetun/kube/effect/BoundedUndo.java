package io.kubetun.kube.effect;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes a change to a cluster back, within the time that a session's end and a kernel's start have for it. */
public final class BoundedUndo {
    /** A session's end and a kernel's start wait no longer for the API server. */
    private static final Duration LIMIT = Duration.ofMillis(1800);

    private BoundedUndo() {}

    /** What takes it back. */
    @FunctionalInterface
    public interface Step {
        /**
         * Takes it back. Blocks.
         *
         * @throws KubetunException if the cluster cannot be reached
         * @throws IOException if it refuses
         */
        void run() throws KubetunException, IOException;
    }

    /** What the user is told if it stays. */
    @FunctionalInterface
    public interface Failure {
        /**
         * Makes the error.
         *
         * @param why a clause
         * @param cause the exception behind it
         * @return the error
         */
        KubetunException left(String why, Exception cause);
    }

    /**
     * Takes it back, or gives up. What is under way then goes on.
     *
     * @param thread the name of the thread that does it
     * @param step takes it back
     * @param failure says what happens if not
     * @throws KubetunException if it could not be taken back in time
     */
    public static void run(String thread, Step step, Failure failure) throws KubetunException {
        FutureTask<Optional<KubetunException>> task = new FutureTask<>(() -> attempt(step, failure));
        Thread.ofVirtual().name(thread).start(task);
        try {
            Optional<KubetunException> failed = task.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (failed.isPresent()) {
                throw failed.get();
            }
        } catch (TimeoutException e) {
            throw failure.left("the API server does not answer in time", e);
        } catch (ExecutionException e) {
            throw failure.left(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure.left("it was interrupted", e);
        }
    }

    private static Optional<KubetunException> attempt(Step step, Failure failure) {
        try {
            step.run();
            return Optional.empty();
        } catch (KubetunException e) {
            return Optional.of(failure.left(e.what() + ": " + e.why(), e));
        } catch (IOException e) {
            return Optional.of(failure.left(ApiErrors.reason(e), e));
        }
    }
}
