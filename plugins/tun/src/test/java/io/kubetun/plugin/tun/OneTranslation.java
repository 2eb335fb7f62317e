package io.kubetun.plugin.tun;

import io.kubetun.spi.Translations;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Translation;
import java.net.InetAddress;
import java.util.Optional;

/** At most one translation. */
record OneTranslation(Optional<Translation> only) implements Translations {
    static final Destinations NONE = new Destinations(new OneTranslation(Optional.empty()));

    static Destinations of(String cluster, String local) {
        return new Destinations(new OneTranslation(Optional.of(new Translation(Cidr.of(cluster), Cidr.of(local)))));
    }

    @Override
    public void add(Translation translation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void remove(Translation translation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InetAddress toLocal(InetAddress address) {
        return only.filter(each -> each.cluster().contains(address))
                .map(each -> each.toLocal(address))
                .orElse(address);
    }

    @Override
    public InetAddress toCluster(InetAddress address) {
        return only.filter(each -> each.local().contains(address))
                .map(each -> each.toCluster(address))
                .orElse(address);
    }
}
