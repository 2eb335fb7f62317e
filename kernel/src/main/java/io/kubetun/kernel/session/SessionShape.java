package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a session is made of now, its cluster and its modes, and how it becomes something else. Thread-safe. */
final class SessionShape {
    private static final Logger LOG = LoggerFactory.getLogger(SessionShape.class);

    private final String id;
    private final SessionModes modes;
    private final SessionChanges changes;
    private final SessionState state;
    private final Events events;
    private final Joining joining;
    private volatile Profile profile;
    private volatile Optional<JoinedCluster> joined = Optional.empty();

    /** Joins the cluster of a profile; nothing is asked of it yet. */
    interface Joining {
        JoinedCluster join(Profile profile) throws KubetunException;
    }

    SessionShape(
            String id,
            Profile profile,
            SessionModes modes,
            SessionChanges changes,
            SessionState state,
            Events events,
            Joining joining) {
        this.id = id;
        this.profile = profile;
        this.modes = modes;
        this.changes = changes;
        this.state = state;
        this.events = events;
        this.joining = joining;
    }

    Profile profile() {
        return profile;
    }

    Optional<JoinedCluster> joined() {
        return joined;
    }

    /** Starts what the profile says; after an exception the caller takes down what there is. */
    void start() throws KubetunException, InterruptedException {
        JoinedCluster here = joining.join(profile);
        joined = Optional.of(here);
        List<ModeRun> runs = here.create(profile.modes());
        here.check();
        here.gateway().join();
        modes.exchange(List.of(), runs, List.copyOf(profile.modes().keySet()));
    }

    void add(String mode, Config options) throws KubetunException, InterruptedException {
        changes.run("add", () -> {
            if (modes.find(mode).isPresent()) {
                throw refused("add " + mode + " to", "it has that mode already", "kubetun drop " + id + " " + mode);
            }
            Map<String, Config> more = new LinkedHashMap<>(profile.modes());
            more.put(mode, options);
            JoinedCluster here = joined.orElseThrow();
            replace(here, List.of(), here.create(Map.of(mode, options)), with(profile, more));
        });
    }

    void drop(String mode) throws KubetunException, InterruptedException {
        changes.run("drop", () -> {
            ModeRun run = modes.find(mode)
                    .orElseThrow(() -> refused(
                            "drop " + mode + " from",
                            "it has only " + String.join(", ", modes.names()),
                            "kubetun status " + id));
            if (modes.all().size() == 1) {
                throw refused("drop " + mode + " from", "it is its only mode", "kubetun disconnect " + id);
            }
            Map<String, Config> fewer = new LinkedHashMap<>(profile.modes());
            fewer.remove(mode);
            replace(joined.orElseThrow(), List.of(run), List.of(), with(profile, fewer));
        });
    }

    void reload(Profile next) throws KubetunException, InterruptedException {
        changes.run("reload", () -> {
            JoinedCluster here = joined.orElseThrow();
            if (next.cluster().equals(profile.cluster())) {
                ModeChanges change = ModeChanges.between(modes, next.modes());
                replace(here, change.gone(), here.create(change.fresh()), next);
            } else {
                rejoin(here, next);
            }
        });
    }

    private void rejoin(JoinedCluster here, Profile next) throws KubetunException, InterruptedException {
        JoinedCluster there = joining.join(next);
        try {
            List<ModeRun> runs = there.create(next.modes());
            there.check();
            there.gateway().join();
            replace(here, modes.all(), runs, next);
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            there.leave();
            throw e;
        }
        joined = Optional.of(there);
        here.leave();
        state.clusterGone();
    }

    /** Some modes for others; if that fails, those that went are started again where they were. */
    private void replace(JoinedCluster here, List<ModeRun> gone, List<ModeRun> fresh, Profile next)
            throws KubetunException, InterruptedException {
        try {
            modes.exchange(gone, fresh, List.copyOf(next.modes().keySet()));
            if (changes.ended()) {
                modes.stop(fresh);
                throw new InterruptedException("the session is ending");
            }
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            if (!changes.ended()) {
                gone.forEach(run -> comeBack(here, run));
            }
            throw e;
        }
        profile = new Profile(profile.name(), next.source(), next.cluster(), next.modes(), next.origin());
        LOG.info("session {} has now the modes {}", id, modes.names());
    }

    private void comeBack(JoinedCluster here, ModeRun run) {
        List<String> order = List.copyOf(profile.modes().keySet());
        try {
            modes.exchange(List.of(), here.create(Map.of(run.name(), run.options())), order);
        } catch (KubetunException | InterruptedException | RuntimeException e) {
            modes.keepFailed(run, order);
            events.publish(new Event.ModeFailed(id, run.name(), "it did not start again: " + e.getMessage()));
        }
    }

    private static Profile with(Profile profile, Map<String, Config> modes) {
        return new Profile(profile.name(), profile.source(), profile.cluster(), modes, profile.origin());
    }

    private KubetunException refused(String doing, String why, String next) {
        return new KubetunException(ErrorCode.USAGE, "cannot " + doing + " session " + id, why, "Type: " + next);
    }
}
