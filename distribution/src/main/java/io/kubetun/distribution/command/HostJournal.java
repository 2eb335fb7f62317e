package io.kubetun.distribution.command;

import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.flow.ThisUser;
import io.kubetun.kernel.journal.Repair;
import io.kubetun.kernel.journal.RepairReport;
import io.kubetun.kernel.session.SessionServices;
import io.kubetun.spi.host.EffectType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The journal of changes to this machine that are made outside of a session.
 *
 * @param folder where it is
 */
record HostJournal(Path folder) {
    /** Root's, when a user called sudo. */
    static final HostJournal OF_ROOT = new HostJournal(Path.of("/var/lib/kubetun/journal"));

    /** The one that the next start of the same user looks at. */
    static HostJournal current() {
        return System.getenv("SUDO_UID") != null && ThisUser.isRoot() ? OF_ROOT : ofUser();
    }

    /** The one of the sessions of the user who this process belongs to. */
    static HostJournal ofUser() {
        return new HostJournal(SessionServices.journals(KernelSettings.ofUser().stateHome()));
    }

    /** Takes back what a dead process has left, and says so on standard error. */
    void repair() {
        RepairReport repaired = look().run();
        repaired.undone().forEach(change -> {
            System.err.println("Taken back from an earlier session: " + change.preview());
            change.kept().forEach(kept -> System.err.println("Kept, as somebody changed it: " + kept));
        });
        repaired.problems().forEach(problem -> System.err.println("Left by an earlier session: " + problem));
    }

    /** Returns the repair of it by all effects of this installation. */
    Repair look() {
        List<EffectType> types = new ArrayList<>();
        ServiceLoader.load(HostJournal.class.getModule().getLayer(), EffectType.class)
                .forEach(types::add);
        return new Repair(folder, types);
    }
}
