package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The changes of one mode, made by the session's journal and taken back when the mode goes. Thread-safe; blocks. */
final class ScopedEffects implements Effects {
    private final String mode;
    private final Effects session;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Id, Effect> applied = new LinkedHashMap<>();
    private boolean closed;

    private record Id(String kind, String key) {
        static Id of(Effect effect) {
            return new Id(effect.kind(), effect.key());
        }
    }

    ScopedEffects(String mode, Effects session) {
        this.mode = mode;
        this.session = session;
    }

    @Override
    public void apply(Effect effect) throws KubetunException {
        lock.lock();
        try {
            if (closed) {
                throw new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "did not make the change \"" + effect.preview() + "\"",
                        "the mode " + mode + " is stopped",
                        "Start it again: kubetun add ID " + mode);
            }
            session.apply(effect);
            applied.remove(Id.of(effect));
            applied.put(Id.of(effect), effect);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void undo(Effect effect) throws KubetunException {
        lock.lock();
        try {
            session.undo(effect);
            applied.remove(Id.of(effect));
        } finally {
            lock.unlock();
        }
    }

    /** Takes back what is left, the last change first; further ones are refused. Returns what could not be taken back. */
    List<KubetunException> undoAll() {
        lock.lock();
        try {
            closed = true;
            List<KubetunException> failures = new ArrayList<>();
            for (Effect effect : List.copyOf(applied.sequencedValues()).reversed()) {
                try {
                    session.undo(effect);
                    applied.remove(Id.of(effect));
                } catch (KubetunException e) {
                    failures.add(e);
                } catch (RuntimeException e) {
                    failures.add(new KubetunException(
                            ErrorCode.HOST_CHANGE,
                            "cannot take back: " + effect.preview(),
                            e.toString(),
                            "Type: kubetun repair",
                            e));
                }
            }
            return List.copyOf(failures);
        } finally {
            lock.unlock();
        }
    }
}
