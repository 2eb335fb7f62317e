package io.kubetun.kernel.plugin;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SessionContext;

/** A plugin's factory behind a guard: its class loader is the context loader, and what it throws is told by its name. */
record PluginModeFactory(String plugin, ClassLoader loader, ModeDescriptor descriptor, ModeFactory factory)
        implements ModeFactory {
    @Override
    public Mode create(SessionContext context, Config options) throws KubetunException {
        try (var _ = LoaderScope.enter(loader)) {
            Mode mode = factory.create(context, options);
            if (mode == null) {
                throw broken("cannot make", "it made none", null);
            }
            return new PluginMode(this, mode);
        } catch (KubetunException wrongOptions) {
            throw wrongOptions;
        } catch (ConfigException wrongValue) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use the options of mode " + descriptor.name(),
                    Failure.oneLine(String.valueOf(wrongValue.getMessage())),
                    "See kubetun " + descriptor.command() + " --help",
                    wrongValue);
        } catch (Throwable thrown) {
            throw broken("cannot make", "it threw " + Failure.describe(thrown), thrown);
        }
    }

    KubetunException broken(String doing, String why, Throwable cause) {
        return new KubetunException(
                ErrorCode.PLUGIN_BROKEN,
                doing + " mode " + descriptor.name() + " of plugin " + plugin,
                why,
                "This is a fault of the plugin: kubetun plugins shows its version and source",
                cause);
    }
}
