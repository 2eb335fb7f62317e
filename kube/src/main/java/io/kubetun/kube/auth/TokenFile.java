package io.kubetun.kube.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** A token in a file that someone else renews: read again at most 10 s later, and at once when it was refused. */
final class TokenFile {
    private static final Duration KEEP = Duration.ofSeconds(10);

    private final Path path;
    private final ReentrantLock lock = new ReentrantLock();
    private String token = "";
    private long readAt;

    TokenFile(Path path) {
        this.path = path;
    }

    String current(boolean refused) throws IOException {
        lock.lock();
        try {
            if (refused || token.isEmpty() || System.nanoTime() - readAt > KEEP.toNanos()) {
                token = Files.readString(path).strip();
                readAt = System.nanoTime();
            }
            if (token.isEmpty()) {
                throw new IOException("the token file " + path + " is empty");
            }
            return token;
        } catch (NoSuchFileException e) {
            throw new IOException("there is no token file " + path, e);
        } finally {
            lock.unlock();
        }
    }
}
