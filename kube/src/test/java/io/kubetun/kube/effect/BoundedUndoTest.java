package io.kubetun.kube.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedUndoTest {
    private final CountDownLatch answer = new CountDownLatch(1);

    private final BoundedUndo undo = new BoundedUndo(
            this::awaitAnswer,
            (why, cause) -> new KubetunException(ErrorCode.CLUSTER_ERROR, "it stays", why, "kubetun repair", cause));

    private void awaitAnswer() throws IOException {
        try {
            answer.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private CompletableFuture<String> patient() {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                undo.run(Duration.ofSeconds(20));
                outcome.complete("taken back");
            } catch (KubetunException e) {
                outcome.complete(e.why());
            }
        });
        return outcome;
    }

    @Test
    void whoWaitsForItWaitsLongerThanTheEndOfASession() throws Exception {
        CompletableFuture<String> patient = patient();
        assertThatThrownBy(undo::run).hasMessageContaining("the API server does not answer in time");
        assertThat(patient).isNotDone();
        answer.countDown();
        assertThat(patient.get()).isEqualTo("taken back");
    }

    @Test
    void whatAnswersIsTakenBack() throws Exception {
        answer.countDown();
        undo.run();
        assertThat(patient().get()).isEqualTo("taken back");
    }
}
