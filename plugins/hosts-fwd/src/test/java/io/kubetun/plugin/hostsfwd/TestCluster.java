package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.cluster.ServiceState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A cluster whose Services the test writes. */
final class TestCluster implements Cluster {
    private final Identity identity;
    private final Map<ForwardKey, ServiceState> services = new LinkedHashMap<>();
    private Optional<ServiceListener> listener = Optional.empty();
    volatile Optional<ServiceSelection> asked = Optional.empty();
    volatile boolean watchClosed;

    TestCluster(Identity identity) {
        this.identity = identity;
    }

    synchronized void put(ServiceState service) {
        services.put(ForwardKey.ofService(service.namespace(), service.name()), service);
        listener.ifPresent(told -> told.changed(service));
    }

    synchronized void remove(String namespace, String name) {
        services.remove(ForwardKey.ofService(namespace, name));
        listener.ifPresent(told -> told.removed(namespace, name));
    }

    @Override
    public synchronized Watch watchServices(ServiceSelection selection, ServiceListener told) {
        asked = Optional.of(selection);
        services.values().stream()
                .filter(service -> selection.namespaces().isEmpty()
                        || selection.namespaces().contains(service.namespace()))
                .forEach(told::changed);
        listener = Optional.of(told);
        return () -> watchClosed = true;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public String check() {
        return "v1.34.4";
    }

    @Override
    public Dialer dialer() {
        throw new UnsupportedOperationException("the mode dials through its session");
    }

    @Override
    public void close() {}
}
