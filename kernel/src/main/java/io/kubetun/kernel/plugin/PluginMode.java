package io.kubetun.kernel.plugin;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plugin's mode behind the same guard as its factory. Stopping never throws: the other modes are to be stopped too. */
final class PluginMode implements Mode {
    private static final Logger log = LoggerFactory.getLogger(PluginMode.class);

    private final PluginModeFactory factory;
    private final Mode mode;

    PluginMode(PluginModeFactory factory, Mode mode) {
        this.factory = factory;
        this.mode = mode;
    }

    @Override
    public void start() throws KubetunException, InterruptedException {
        try (var _ = LoaderScope.enter(factory.loader())) {
            mode.start();
        } catch (KubetunException | InterruptedException told) {
            throw told;
        } catch (Throwable thrown) {
            throw factory.broken("cannot start", "it threw " + Failure.describe(thrown), thrown);
        }
    }

    @Override
    public void stop() {
        try (var _ = LoaderScope.enter(factory.loader())) {
            mode.stop();
        } catch (Throwable thrown) {
            complain("stop", thrown);
        }
    }

    @Override
    public List<Listening> listening() {
        try (var _ = LoaderScope.enter(factory.loader())) {
            return List.copyOf(mode.listening());
        } catch (Throwable thrown) {
            complain("listening", thrown);
            return List.of();
        }
    }

    @Override
    public List<Reach> reaches() {
        try (var _ = LoaderScope.enter(factory.loader())) {
            return List.copyOf(mode.reaches());
        } catch (Throwable thrown) {
            complain("reaches", thrown);
            return List.of();
        }
    }

    @Override
    public List<String> notes() {
        try (var _ = LoaderScope.enter(factory.loader())) {
            return List.copyOf(mode.notes());
        } catch (Throwable thrown) {
            complain("notes", thrown);
            return List.of();
        }
    }

    private void complain(String method, Throwable thrown) {
        log.warn(
                "mode {} of plugin {} threw {} from {}()",
                factory.descriptor().name(),
                factory.plugin(),
                Failure.describe(thrown),
                method);
    }
}
