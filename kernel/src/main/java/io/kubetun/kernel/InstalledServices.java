package io.kubetun.kernel;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.cluster.ClusterProvider;
import io.kubetun.spi.host.EffectType;
import io.kubetun.spi.host.HostProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * What a kernel finds in its installation.
 *
 * @param modes finds a mode by its name
 * @param clusters opens clusters
 * @param hosts opens this machine
 * @param effectTypes restore effects, to undo them
 */
record InstalledServices(
        Function<String, Optional<ModeFactory>> modes,
        ClusterProvider clusters,
        HostProvider hosts,
        List<EffectType> effectTypes) {
    static InstalledServices of(Function<String, Optional<ModeFactory>> modes) throws KubetunException {
        return new InstalledServices(
                modes,
                one(ServiceLoader.load(ClusterProvider.class), "cluster"),
                one(ServiceLoader.load(HostProvider.class), "host"),
                ServiceLoader.load(EffectType.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    private static <T> T one(ServiceLoader<T> providers, String what) throws KubetunException {
        return providers
                .findFirst()
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.INTERNAL,
                        "cannot start the kernel",
                        "this installation has no " + what + " module",
                        "Build it again: ./kubetun version"));
    }
}
