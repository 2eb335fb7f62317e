package io.kubetun.kube.effect;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Takes a change to a cluster back, within the time that a session's end and a kernel's start have for it.
 *
 * @param step takes it back
 * @param failure says what happens if not
 */
public record BoundedUndo(Step step, Failure failure) {
    /** Whether a change was made is not known if the answer did not come. */
    public static final Predicate<Exception> UNHEARD = e -> e instanceof IOException && !(e instanceof ApiException);

    /** A session's end and a kernel's start wait no longer for the API server. */
    private static final Duration LIMIT = Duration.ofMillis(1800);

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
     * Makes the change, and takes it back at once if it may be half made.
     *
     * @param making makes it
     * @param half says after which failures it may be
     * @param refusal says that the cluster has refused it
     * @throws KubetunException if it could not be made
     */
    public void orMade(Step making, Predicate<Exception> half, Function<IOException, KubetunException> refusal)
            throws KubetunException {
        try {
            making.run();
        } catch (KubetunException e) {
            takeBack(half, e);
            throw e;
        } catch (IOException e) {
            takeBack(half, e);
            throw refusal.apply(e);
        }
    }

    private void takeBack(Predicate<Exception> half, Exception why) {
        if (!half.test(why)) {
            return;
        }
        try {
            run();
        } catch (KubetunException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * Takes it back within the time of a session's end, or gives up. What is under way then goes on.
     *
     * @throws KubetunException if it could not be taken back in time
     */
    public void run() throws KubetunException {
        run(LIMIT);
    }

    /**
     * Takes it back, or gives up. What is under way then goes on.
     *
     * @param patience how long it may take
     * @throws KubetunException if it could not be taken back in time
     */
    public void run(Duration patience) throws KubetunException {
        FutureTask<Optional<KubetunException>> task = new FutureTask<>(this::attempt);
        Thread.ofVirtual().name("kubetun-undo").start(task);
        try {
            Optional<KubetunException> failed = task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
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

    private Optional<KubetunException> attempt() {
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
