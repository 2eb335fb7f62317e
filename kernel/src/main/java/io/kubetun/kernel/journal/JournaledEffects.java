package io.kubetun.kernel.journal;

import io.kubetun.kernel.journal.JournalRecord.Op;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes only after they are in the journal and on the disk, and takes them back in reverse order. The journal
 * file appears with the first change and goes with the last; a crash in between leaves it for {@link Repair}.
 *
 * <p>Effects that the privileged helper keeps are made and taken back without a record here: the helper, which uses
 * this class too, writes it. Safe for use by several threads, one change at a time.
 */
public final class JournaledEffects implements Effects {
    private static final Logger LOG = LoggerFactory.getLogger(JournaledEffects.class);

    private final String session;
    private final Path folder;
    private final Events events;
    private final boolean isHelper;
    private final KillPoint killPoint;
    private final ReentrantLock lock = new ReentrantLock();
    private final MadeEffects applied = new MadeEffects();
    private Journal journal;
    private boolean closed;

    private JournaledEffects(String session, Path folder, Events events, boolean isHelper) {
        this.session = session;
        this.folder = folder;
        this.events = events;
        this.isHelper = isHelper;
        this.killPoint = KillPoint.of(isHelper ? "helper" : "kernel", System.getenv());
    }

    /**
     * The effects of a session in the kernel.
     *
     * @param session its id
     * @param folder where journals are, created on demand with mode 0700
     * @param events told of each change
     * @return the effects
     */
    public static JournaledEffects ofSession(String session, Path folder, Events events) {
        return new JournaledEffects(session, folder, events, false);
    }

    /**
     * The effects that the privileged helper makes for a session: each is journalled by it.
     *
     * @param session the session's id
     * @param folder where the helper's journals are
     * @param events told of each change
     * @return the effects
     */
    public static JournaledEffects ofHelper(String session, Path folder, Events events) {
        return new JournaledEffects(session, folder, events, true);
    }

    @Override
    public void apply(Effect effect) throws KubetunException {
        lock.lock();
        try {
            if (closed) {
                throw new KubetunException(
                        ErrorCode.HOST_CHANGE, refused(effect), "the session is ending", "Start a new session.");
            }
            record(Op.INTEND, effect);
            EffectId id = EffectId.of(effect);
            try {
                killPoint.step("before making " + id);
                effect.apply();
                killPoint.step("after making " + id);
            } catch (KubetunException e) {
                withdraw(effect);
                throw e;
            } catch (RuntimeException e) {
                takeBackHalf(effect, e);
                throw e;
            }
            applied.add(effect);
            recordLater(Op.APPLIED, effect);
            killPoint.step("after recording that it is made: " + id);
        } finally {
            lock.unlock();
        }
        events.publish(new Event.EffectApplied(session, effect.kind(), effect.preview()));
    }

    @Override
    public void undo(Effect effect) throws KubetunException {
        lock.lock();
        try {
            takeBack(applied.like(effect).orElse(effect));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a change stay: nothing takes it back from now on.
     *
     * @param effect one that was applied
     */
    public void keep(Effect effect) {
        lock.lock();
        try {
            applied.remove(effect);
            recordLater(Op.UNDONE, effect);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes all changes back, the last one first; further ones are refused. One that fails does not keep the others
     * from being undone; its record stays for {@link Repair}.
     *
     * @return what could not be taken back
     */
    public List<KubetunException> undoAll() {
        lock.lock();
        try {
            closed = true;
            List<KubetunException> failures = applied.undoAll(this::takeBack);
            letGo();
            return failures;
        } finally {
            lock.unlock();
        }
    }

    /** The change was refused and is not made: what was there before it, if anything, is still in force. */
    private void withdraw(Effect effect) {
        applied.like(effect)
                .ifPresentOrElse(before -> recordLater(Op.APPLIED, before), () -> recordLater(Op.UNDONE, effect));
    }

    private void takeBack(Effect effect) throws KubetunException {
        for (String kept : effect.changedByOthers()) {
            LOG.warn("kept, as somebody changed it: {}", kept);
        }
        killPoint.step("before taking back " + EffectId.of(effect));
        effect.undo();
        killPoint.step("after taking back " + EffectId.of(effect));
        undone(effect);
        killPoint.step("after recording that it is taken back: " + EffectId.of(effect));
    }

    /** Nobody knows how far it came: undo also takes back a half-made change, and the one before it. */
    private void takeBackHalf(Effect effect, RuntimeException why) {
        applied.add(effect);
        try {
            effect.undo();
            undone(effect);
        } catch (KubetunException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    private void undone(Effect effect) {
        applied.remove(effect);
        recordLater(Op.UNDONE, effect);
        events.publish(new Event.EffectUndone(session, effect.kind(), effect.preview()));
    }

    private void record(Op op, Effect effect) throws KubetunException {
        if (!isWrittenHere(effect)) {
            return;
        }
        try {
            if (journal == null) {
                journal = Journal.create(folder, session, killPoint);
            }
            killPoint.step("before recording the intention of " + EffectId.of(effect));
            journal.append(JournalRecord.of(journal.nextSeq(), op, effect));
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    refused(effect),
                    "it cannot be written to the journal first (" + e.getMessage() + ")",
                    "See whether there is space: df -h " + folder,
                    e);
        }
    }

    /** Records what has already happened. If that fails, a repair only undoes once more, which changes nothing. */
    private void recordLater(Op op, Effect effect) {
        if (journal == null || !isWrittenHere(effect)) {
            return;
        }
        try {
            journal.append(JournalRecord.of(journal.nextSeq(), op, effect));
            if (journal.isLarge()) {
                compact();
            }
        } catch (IOException e) {
            LOG.warn("{} of {} is not in the journal", op, EffectId.of(effect), e);
        }
    }

    private void compact() throws IOException {
        List<JournalRecord> live = new ArrayList<>();
        for (Effect effect : applied.all()) {
            if (isWrittenHere(effect)) {
                live.add(JournalRecord.of(live.size() + 1L, Op.APPLIED, effect));
            }
        }
        journal.rewrite(live);
    }

    private void letGo() {
        if (journal == null) {
            return;
        }
        try {
            if (applied.all().stream().noneMatch(this::isWrittenHere)) {
                journal.remove();
            } else {
                journal.close();
            }
        } catch (IOException e) {
            LOG.warn("the journal {} stays; the next start looks at it again", journal.path(), e);
        }
        journal = null;
    }

    private boolean isWrittenHere(Effect effect) {
        return isHelper || !effect.keptByHelper();
    }

    private static String refused(Effect effect) {
        return "did not make the change \"" + effect.preview() + "\"";
    }
}
