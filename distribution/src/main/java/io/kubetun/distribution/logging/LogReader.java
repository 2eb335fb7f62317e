package io.kubetun.distribution.logging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads a kernel's log from its oldest line on, over all of its files. Used by one thread, which blocks. */
public final class LogReader {
    /** Bytes of a line; a longer one comes in parts. */
    private static final int MAX_LINE = 1 << 20;

    private final LogFiles files;
    private final Predicate<String> reader;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[16 * 1024];
    private boolean wanted = true;

    /**
     * Makes a reader.
     *
     * @param files what to read
     * @param reader told each line, without its line break; says false to get no more
     */
    public LogReader(LogFiles files, Predicate<String> reader) {
        this.files = files;
        this.reader = reader;
    }

    /**
     * Reads what is there.
     *
     * @throws IOException if a file cannot be read
     */
    public void read() throws IOException {
        Optional<OpenLog> last = drain(OpenLog.all(files));
        if (last.isPresent()) {
            last.get().close();
        }
    }

    /**
     * Reads what is there and what is still to come, through rotations, until the reader has enough. Sleeps until the
     * operating system tells of a change.
     *
     * @param caughtUp run once all that was there is read
     * @throws IOException if a file cannot be read
     * @throws InterruptedException if interrupted
     */
    public void follow(Runnable caughtUp) throws IOException, InterruptedException {
        try (WatchService changes = files.folder().getFileSystem().newWatchService()) {
            files.folder()
                    .register(changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Optional<OpenLog> last = drain(OpenLog.all(files));
            caughtUp.run();
            while (wanted) {
                WatchKey key = changes.take();
                key.pollEvents();
                key.reset();
                last = proceed(last);
            }
            if (last.isPresent()) {
                last.get().close();
            }
        }
    }

    private Optional<OpenLog> proceed(Optional<OpenLog> last) throws IOException {
        if (last.isEmpty()) {
            return drain(OpenLog.all(files));
        }
        OpenLog current = last.get();
        List<OpenLog> newer = OpenLog.newerThan(last, files);
        // After that look, and not before it: the last lines come before the rename.
        drain(current);
        if (newer.isEmpty()) {
            return last;
        }
        current.close();
        return drain(newer);
    }

    /** Reads them in order and gives the last one, still open. */
    private Optional<OpenLog> drain(List<OpenLog> logs) throws IOException {
        for (OpenLog log : logs) {
            drain(log);
            if (log != logs.getLast()) {
                log.close();
            }
        }
        return logs.isEmpty() ? Optional.empty() : Optional.of(logs.getLast());
    }

    private void drain(OpenLog log) throws IOException {
        for (int count = log.read(buffer); count > 0 && wanted; count = log.read(buffer)) {
            int start = 0;
            for (int i = 0; i < count && wanted; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, start, i - start);
                    start = i + 1;
                    tell();
                }
            }
            line.write(buffer, start, count - start);
            if (line.size() > MAX_LINE) {
                tell();
            }
        }
    }

    private void tell() {
        wanted = wanted && reader.test(line.toString(StandardCharsets.UTF_8));
        line.reset();
    }
}
