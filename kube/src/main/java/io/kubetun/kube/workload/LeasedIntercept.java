package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An intercept with a Lease that shows whose it is. Thread-safe. */
final class LeasedIntercept implements Interception {
    private final Interception interception;
    private final LeaseHold hold;
    private final Optional<Effect> change;
    private final Effects effects;

    LeasedIntercept(Interception interception, LeaseHold hold, Optional<Effect> change, Effects effects) {
        this.interception = interception;
        this.hold = hold;
        this.change = change;
        this.effects = effects;
    }

    @Override
    public String name() {
        return interception.name();
    }

    @Override
    public InterceptRequest.Way way() {
        return interception.way();
    }

    @Override
    public Map<String, Integer> ports() {
        return interception.ports();
    }

    @Override
    public void open(Progress progress) throws KubetunException, InterruptedException {
        if (change.isPresent()) {
            hold.keep();
        }
        try {
            interception.open(progress);
        } catch (KubetunException e) {
            change.ifPresent(each -> undone(effects, each, e));
            throw e;
        }
    }

    /** What is not intercepted shows no holder. */
    static void undone(Effects effects, Effect change, KubetunException why) {
        try {
            effects.undo(change);
        } catch (KubetunException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public Agents agents() {
        return interception.agents();
    }

    @Override
    public Watch follow(Consumer<Agents> told) {
        return interception.follow(told);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(interception.notes());
        hold.obstacle().ifPresent(why -> notes.add("No Lease shows others who has " + name() + ": " + why + "."));
        return notes;
    }

    @Override
    public void close() {
        hold.close();
        interception.close();
    }
}
