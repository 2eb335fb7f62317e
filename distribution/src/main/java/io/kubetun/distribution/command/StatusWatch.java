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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of all kernels as they change; kernels are noticed as they come and go. */
final class StatusWatch {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWatch.class);

    private final Kernels kernels;
    private final Map<Path, List<SessionStatus>> latest = new ConcurrentHashMap<>();
    private final Semaphore changed = new Semaphore(1);

    StatusWatch(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Shows the sessions now and after each change, until interrupted. */
    void run(Consumer<List<SessionStatus>> show) throws KubetunException, InterruptedException {
        try (WatchService files = kernels.prepared().getFileSystem().newWatchService()) {
            kernels.folder()
                    .register(files, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            Thread.ofVirtual().name("status-kernels").start(() -> noticeKernels(files));
            List<SessionStatus> shown = List.of();
            boolean first = true;
            while (true) {
                changed.acquire();
                changed.drainPermits();
                for (ControlClient kernel : kernels.all()) {
                    if (latest.putIfAbsent(kernel.socket(), List.of()) == null) {
                        Thread.ofVirtual().name("status-watch").start(() -> watch(kernel));
                    }
                }
                List<SessionStatus> now = new ArrayList<>();
                latest.values().forEach(now::addAll);
                if (first || !now.equals(shown)) {
                    show.accept(now);
                }
                first = false;
                shown = now;
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

    private void watch(ControlClient kernel) {
        try {
            kernel.watch(sessions -> {
                latest.put(kernel.socket(), sessions);
                changed.release();
            });
        } catch (KubetunException gone) {
            LOG.debug("no more from {}", kernel.socket(), gone);
        } finally {
            latest.remove(kernel.socket());
            changed.release();
        }
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
