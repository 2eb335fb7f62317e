package io.kubetun.kernel.session;

import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.session.SessionStatus.ModeState;
import io.kubetun.kernel.session.SessionStatus.ModeStatus;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The modes of one session that there are now. One thread at a time changes them; any may look. */
final class SessionModes {
    private static final Logger LOG = LoggerFactory.getLogger(SessionModes.class);

    /** How long modes that stop together may take; what is not done then goes on without being waited for. */
    private static final Duration STOP_LIMIT = Duration.ofMillis(600);

    private final SessionState state;
    private final Progress progress;
    private volatile List<ModeRun> runs = List.of();

    SessionModes(SessionState state, Progress progress) {
        this.state = state;
        this.progress = progress;
    }

    List<ModeRun> all() {
        return runs;
    }

    Optional<ModeRun> find(String name) {
        return runs.stream().filter(run -> run.name().equals(name)).findFirst();
    }

    List<String> names() {
        return runs.stream().map(ModeRun::name).toList();
    }

    List<ModeStatus> status() {
        return runs.stream().map(this::status).toList();
    }

    private ModeStatus status(ModeRun run) {
        Optional<String> failure = state.failure(run.name());
        ModeState now = failure.isPresent() && run.state() != ModeState.STOPPING ? ModeState.FAILED : run.state();
        return new ModeStatus(run.name(), now, failure, run.listening(), run.notes());
    }

    /** Keeps one in the list that is stopped and could not be started again. */
    void keepFailed(ModeRun run, List<String> order) {
        run.fail();
        List<ModeRun> next = new ArrayList<>(runs);
        next.add(run);
        next.sort(Comparator.comparingInt(each -> order.indexOf(each.name())));
        runs = List.copyOf(next);
    }

    /**
     * Puts some in the place of others, in this order of names, and starts them. After an exception those that were to
     * come are gone; those that were to go are stopped in any case.
     */
    void exchange(List<ModeRun> gone, List<ModeRun> fresh, List<String> order)
            throws KubetunException, InterruptedException {
        List<ModeRun> next = new ArrayList<>(runs);
        next.removeAll(gone);
        stop(gone).forEach(each -> progress.step(each.getMessage()));
        next.addAll(fresh);
        next.sort(Comparator.comparingInt(run -> order.indexOf(run.name())));
        runs = List.copyOf(next);
        try {
            for (ModeRun run : fresh) {
                run.start();
            }
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            boolean interrupted = Thread.interrupted();
            stop(fresh);
            next.removeAll(fresh);
            runs = List.copyOf(next);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    /** Stops some and takes back all that they opened or changed; returns what could not be taken back. */
    List<KubetunException> stop(List<ModeRun> some) {
        some.forEach(run -> run.scope().stopIntake());
        askToStop(some);
        some.forEach(run -> run.scope().cut());
        long deadline = SessionFlows.deadline();
        some.forEach(run -> run.scope().awaitGone(deadline));
        List<KubetunException> left = new ArrayList<>();
        for (ModeRun run : some.reversed()) {
            left.addAll(run.scope().undo());
            run.scope().release();
            state.modeGone(run.name());
        }
        left.forEach(each -> LOG.warn("something is left behind: {}", each.getMessage()));
        return left;
    }

    /** Each on a thread of its own, the last one first: one that hangs or throws keeps no other from being asked. */
    private static void askToStop(List<ModeRun> some) {
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        for (ModeRun run : some.reversed()) {
            Thread stopper = Thread.ofVirtual().name("mode-stop-" + run.name()).start(run::stop);
            try {
                if (!stopper.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    LOG.warn("the mode {} takes longer than {} to stop", run.name(), STOP_LIMIT);
                    stopper.interrupt();
                }
            } catch (InterruptedException e) {
                stopper.interrupt();
                Thread.currentThread().interrupt();
            }
        }
    }
}
