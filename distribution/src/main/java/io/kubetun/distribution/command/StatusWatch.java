package io.kubetun.distribution.command;

import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of all kernels as they change; kernels are noticed as they come and go. */
final class StatusWatch {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWatch.class);

    /** How soon a kernel that did not answer is asked again, as long as its socket is there. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Kernels kernels;
    private final Map<Path, Answer> answers = new ConcurrentHashMap<>();
    private final Semaphore changed = new Semaphore(1);

    StatusWatch(Kernels kernels) {
        this.kernels = kernels;
    }

    /** What a kernel has said so far. */
    private sealed interface Answer {}

    private record Asked() implements Answer {}

    private record Told(List<SessionStatus> sessions) implements Answer {}

    /** Asked again after a pause. */
    private record Gone() implements Answer {}

    /** Shows the sessions now and after each change, until interrupted. */
    void run(Consumer<List<SessionStatus>> show) throws KubetunException, InterruptedException {
        try (WatchService files = kernels.prepared().getFileSystem().newWatchService()) {
            kernels.folder()
                    .register(files, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            Thread.ofVirtual().name("status-kernels").start(() -> noticeKernels(files));
            Optional<List<SessionStatus>> shown = Optional.empty();
            while (true) {
                changed.acquire();
                changed.drainPermits();
                askNewOnes();
                Optional<List<SessionStatus>> now = sessions();
                if (now.isPresent() && !now.equals(shown)) {
                    show.accept(now.get());
                    shown = now;
                }
            }
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot watch " + kernels.folder(),
                    e.toString(),
                    "Look once: kubetun status",
                    e);
        }
    }

    private void askNewOnes() throws KubetunException {
        for (ControlClient kernel : kernels.all()) {
            if (answers.putIfAbsent(kernel.socket(), new Asked()) == null) {
                Thread.ofVirtual().name("status-watch").start(() -> watch(kernel));
            }
        }
    }

    /** All that was told; nothing as long as a kernel has been asked and has not answered. */
    private Optional<List<SessionStatus>> sessions() {
        List<SessionStatus> all = new ArrayList<>();
        for (Answer answer : answers.values()) {
            switch (answer) {
                case Asked _ -> {
                    return Optional.empty();
                }
                case Told told -> all.addAll(told.sessions());
                case Gone _ -> {
                    // It has no sessions any longer.
                }
            }
        }
        return Optional.of(all);
    }

    private void watch(ControlClient kernel) {
        try {
            kernel.watch(sessions -> {
                answers.put(kernel.socket(), new Told(sessions));
                changed.release();
            });
        } catch (KubetunException gone) {
            LOG.debug("no more from {}", kernel.socket(), gone);
        }
        answers.put(kernel.socket(), new Gone());
        changed.release();
        // A socket is there a moment before somebody listens on it, and stays when its process is killed.
        LockSupport.parkNanos(PAUSE.toNanos());
        answers.remove(kernel.socket(), new Gone());
        changed.release();
    }

    private void noticeKernels(WatchService files) {
        try {
            while (true) {
                WatchKey key = files.take();
                key.pollEvents();
                key.reset();
                changed.release();
            }
        } catch (InterruptedException | java.nio.file.ClosedWatchServiceException end) {
            LOG.debug("kernels are not watched any longer");
        }
    }
}
