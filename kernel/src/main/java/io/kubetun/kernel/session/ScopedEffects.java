package io.kubetun.kernel.session;

import io.kubetun.kernel.journal.MadeEffects;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The changes of one mode, made by the session's journal and taken back when the mode goes. Thread-safe; blocks. */
final class ScopedEffects implements Effects {
    private final String mode;
    private final Effects session;
    private final ReentrantLock lock = new ReentrantLock();
    private final MadeEffects applied = new MadeEffects();
    private boolean closed;

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
            applied.add(effect);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void undo(Effect effect) throws KubetunException {
        lock.lock();
        try {
            takeBack(effect);
        } finally {
            lock.unlock();
        }
    }

    /** Takes back what is left, the last change first; further ones are refused. Returns what could not be taken back. */
    List<KubetunException> undoAll() {
        lock.lock();
        try {
            closed = true;
            return applied.undoAll(this::takeBack);
        } finally {
            lock.unlock();
        }
    }

    private void takeBack(Effect effect) throws KubetunException {
        session.undo(effect);
        applied.remove(effect);
    }
}
