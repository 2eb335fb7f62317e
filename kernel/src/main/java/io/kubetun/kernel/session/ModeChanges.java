package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.SessionStatus.ModeState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The smallest change from the modes that run to those that shall run.
 *
 * @param gone those that stop: not wanted any more, wanted with other options, or failed
 * @param fresh the options of those that start
 */
record ModeChanges(List<ModeRun> gone, Map<String, Config> fresh) {
    static ModeChanges between(SessionModes modes, Map<String, Config> wanted) {
        List<ModeRun> gone = new ArrayList<>();
        Map<String, Config> fresh = new LinkedHashMap<>(wanted);
        Map<String, ModeState> states = new LinkedHashMap<>();
        modes.status().forEach(mode -> states.put(mode.name(), mode.state()));
        for (ModeRun run : modes.all()) {
            if (run.options().equals(wanted.get(run.name())) && states.get(run.name()) == ModeState.READY) {
                fresh.remove(run.name());
            } else {
                gone.add(run);
            }
        }
        return new ModeChanges(List.copyOf(gone), fresh);
    }
}
