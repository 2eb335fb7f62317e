package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.session.SessionStatus.ModeState;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.Mode.Listening;
import io.kubetun.spi.ModeFactory;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mode in one session, from its making to its end. What its plugin throws stays here. Thread-safe. */
final class ModeRun {
    private static final Logger LOG = LoggerFactory.getLogger(ModeRun.class);

    private final String name;
    private final Config options;
    private final ModeScope scope;
    private final Mode mode;
    private volatile ModeState state = ModeState.STARTING;

    private ModeRun(String name, Config options, ModeScope scope, Mode mode) {
        this.name = name;
        this.options = options;
        this.scope = scope;
        this.mode = mode;
    }

    /** Makes the mode; nothing is opened or changed yet. */
    static ModeRun create(String name, Config options, ModeFactory factory, ModeScope scope) throws KubetunException {
        try {
            return new ModeRun(name, options, scope, factory.create(scope.context(), options));
        } catch (RuntimeException | LinkageError e) {
            throw broken(name, e);
        }
    }

    String name() {
        return name;
    }

    Config options() {
        return options;
    }

    ModeScope scope() {
        return scope;
    }

    ModeState state() {
        return state;
    }

    void start() throws KubetunException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            mode.start();
        } catch (RuntimeException | LinkageError e) {
            throw broken(name, e);
        }
        state = ModeState.READY;
    }

    /** Asks the mode to stop, if it had started; blocks as long as it takes. */
    void stop() {
        boolean started = state == ModeState.READY;
        state = ModeState.STOPPING;
        if (started) {
            try {
                mode.stop();
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("the mode {} failed to stop", name, e);
            }
        }
    }

    /** It is stopped and should not be. */
    void fail() {
        state = ModeState.FAILED;
    }

    List<Listening> listening() {
        try {
            return mode.listening();
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("the mode {} does not say where it listens", name, e);
            return List.of();
        }
    }

    List<String> notes() {
        try {
            return mode.notes();
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("the mode {} does not say what else to know", name, e);
            return List.of();
        }
    }

    private static KubetunException broken(String name, Throwable cause) {
        return new KubetunException(
                ErrorCode.PLUGIN_BROKEN,
                "cannot start the mode " + name,
                "its plugin failed (" + cause + ")",
                "See where it comes from: kubetun plugins",
                cause);
    }
}
