package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sessions in the background kernel of this user. A command that stays ends them when it is interrupted; when its
 * terminal goes away, or it is killed, they live on.
 */
record BackgroundHosting(
        Installation installation, BackgroundKernel background, boolean stays, Optional<InetSocketAddress> metrics)
        implements Hosting {
    @Override
    public int run(List<Profile> profiles) throws KubetunException, InterruptedException {
        ControlClient kernel = background.get();
        if (metrics.isPresent()) {
            kernel.http(metrics.get());
        }
        Progress progress = System.err::println;
        Terminal terminal = new Terminal();
        Queue<String> started = new ConcurrentLinkedQueue<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread stop = Thread.ofPlatform().name("stop").unstarted(() -> {
            interrupted.set(true);
            if (terminal.hasGone()) {
                return;
            }
            stopAll(kernel, started, "stopped");
            if (!started.isEmpty()) {
                progress.step("Stopped. Nothing is left behind.");
            }
        });
        Runtime.getRuntime().addShutdownHook(stop);
        BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
        try {
            for (Profile profile : profiles) {
                startOne(kernel, profile, progress, started, steps);
            }
        } catch (KubetunException e) {
            if (interrupted.get()) {
                return ErrorCode.INTERRUPTED.status();
            }
            forget(stop);
            stopAll(kernel, started, "another session did not start");
            throw e;
        }
        if (!stays) {
            forget(stop);
            progress.step("Ready. It lives on as session " + String.join(", ", started)
                    + "; end it: kubetun disconnect " + String.join(" ", started));
            return 0;
        }
        progress.step("Ready. Press Ctrl-C to stop.");
        Step end = steps.take();
        if (interrupted.get()) {
            return ErrorCode.INTERRUPTED.status();
        }
        forget(stop);
        stopAll(kernel, started, Ending.DISCONNECTED);
        return Ending.of(end.reason(), progress);
    }

    /** Returns when the session is ready; what happens to it then goes to {@code steps}. */
    private void startOne(
            ControlClient kernel, Profile profile, Progress progress, Queue<String> started, BlockingQueue<Step> steps)
            throws KubetunException, InterruptedException {
        SessionRequest request =
                Callers.remote(profile, installation, background.settings().runtimeFolder());
        BlockingQueue<Step> own = new LinkedBlockingQueue<>();
        AtomicBoolean ready = new AtomicBoolean();
        Thread.ofVirtual().name("session").start(() -> {
            Step last;
            try {
                String reason = kernel.start(request, stays, progress, id -> {
                    started.add(id);
                    ready.set(true);
                    own.add(new Ready());
                });
                last = new Ended(reason);
            } catch (KubetunException e) {
                last = new Failed(e);
            }
            (ready.get() ? steps : own).add(last);
        });
        if (own.take() instanceof Failed failed) {
            request.transients().forEach(copy -> copy.toFile().delete());
            throw failed.error();
        }
    }

    private static void stopAll(ControlClient kernel, Queue<String> sessions, String reason) {
        for (String session : sessions) {
            try {
                kernel.stop(session, reason);
            } catch (KubetunException gone) {
                // It has ended by itself, or with its kernel.
            }
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs already.
        }
    }

    /** What happens to a session, in this order: ready or failed, then ended or failed. */
    private sealed interface Step {
        default String reason() {
            return switch (this) {
                case Ready _ -> "";
                case Ended ended -> ended.why();
                case Failed failed -> failed.error().why();
            };
        }
    }

    private record Ready() implements Step {}

    private record Ended(String why) implements Step {}

    private record Failed(KubetunException error) implements Step {}
}
