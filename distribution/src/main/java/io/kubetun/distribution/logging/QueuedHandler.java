package io.kubetun.distribution.logging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * Hands entries to a thread that writes them: an event loop that logs never waits for a disk. When the queue is full the
 * entry is dropped; how many were is said in the log as soon as it can be. Thread-safe.
 */
final class QueuedHandler extends Handler {
    /** Entries that may wait; the next one is dropped and counted. */
    static final int QUEUE_SIZE = 2048;

    private static final Duration FLUSH_LIMIT = Duration.ofMillis(500);

    private final LineSink sink;
    private final Layout layout;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(QUEUE_SIZE);
    private final AtomicLong lost = new AtomicLong();
    private long lostAndTold;

    QueuedHandler(LineSink sink, Layout layout) {
        this.sink = sink;
        this.layout = layout;
        Thread.ofVirtual().name("log").inheritInheritableThreadLocals(false).start(this::run);
    }

    private sealed interface Item {
        record Line(LogEntry entry) implements Item {}

        record Mark(CountDownLatch passed) implements Item {}
    }

    @Override
    public void publish(LogRecord logged) {
        if (isLoggable(logged) && !queue.offer(new Item.Line(LogEntry.of(logged)))) {
            lost.incrementAndGet();
        }
    }

    /** Waits until what was logged is written, at most 500 ms. */
    @Override
    public void flush() {
        CountDownLatch passed = new CountDownLatch(1);
        long end = System.nanoTime() + FLUSH_LIMIT.toNanos();
        try {
            if (queue.offer(new Item.Mark(passed), FLUSH_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                passed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Only flushes: the JDK closes handlers while the process still has an end to tell. */
    @Override
    public void close() {
        flush();
    }

    private void run() {
        try (sink) {
            while (true) {
                switch (queue.take()) {
                    case Item.Line(LogEntry entry) -> write(entry);
                    case Item.Mark(CountDownLatch passed) -> passed.countDown();
                }
            }
        } catch (InterruptedException | IOException e) {
            reportError("the log ends", e, java.util.logging.ErrorManager.CLOSE_FAILURE);
        }
    }

    private void write(LogEntry entry) {
        try {
            long now = lost.get();
            if (now > lostAndTold) {
                write(layout.text(new LogEntry(
                        Instant.now(),
                        "warning",
                        "log",
                        Optional.empty(),
                        (now - lostAndTold) + " lines of this log are lost: they could not be written in time",
                        Optional.empty())));
                lostAndTold = now;
            }
            write(layout.text(entry));
        } catch (IOException | RuntimeException e) {
            // A full disk: kubetun goes on without a log, and says so when it can write again.
            lost.incrementAndGet();
        }
    }

    private void write(String text) throws IOException {
        sink.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
