package io.kubetun.kernel.control;

import java.io.IOException;
import java.time.Duration;

/** Cuts a call that takes longer than it may. */
final class Deadline implements AutoCloseable {
    private final Thread watch;

    Deadline(ControlCall call, Duration limit) {
        // A platform thread: a command that only asks would start the virtual ones' scheduler for this alone.
        watch = Thread.ofPlatform().daemon().name("control-limit").start(() -> {
            try {
                Thread.sleep(limit);
                call.close();
            } catch (InterruptedException | IOException done) {
                // The call was in time.
            }
        });
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
