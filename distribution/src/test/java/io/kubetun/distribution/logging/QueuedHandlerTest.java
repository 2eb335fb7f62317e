package io.kubetun.distribution.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

@Timeout(60)
class QueuedHandlerTest {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);

    @Test
    void writesInOrderWithTheSessionOfTheThread() {
        QueuedHandler handler = new QueuedHandler(new Sink(), Layout.FILE);
        open.countDown();
        handler.publish(entry("before"));
        MDC.put("session", "ab12");
        handler.publish(entry("with"));
        MDC.remove("session");
        handler.flush();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).endsWith("info x: before\n");
        assertThat(lines.get(1)).endsWith("info [ab12] x: with\n");
    }

    @Test
    void aSinkThatBlocksLosesLinesByCountAndNobodyWaits() throws Exception {
        QueuedHandler handler = new QueuedHandler(new Sink(), Layout.FILE);
        handler.publish(entry("first"));
        asked.await();
        long start = System.nanoTime();
        for (int i = 0; i < QueuedHandler.QUEUE_SIZE + 7; i++) {
            handler.publish(entry("more"));
        }
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        open.countDown();
        handler.flush();
        handler.publish(entry("last"));
        handler.flush();
        assertThat(lines).hasSize(QueuedHandler.QUEUE_SIZE + 3);
        assertThat(lines).anyMatch(line -> line.contains("7 lines of this log are lost"));
        assertThat(lines.getLast()).endsWith("last\n");
    }

    private static LogRecord entry(String message) {
        LogRecord logged = new LogRecord(Level.INFO, message);
        logged.setLoggerName("io.kubetun.x");
        return logged;
    }

    private final class Sink implements LineSink {
        @Override
        public void write(byte[] line) throws IOException {
            asked.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            lines.add(new String(line, StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
