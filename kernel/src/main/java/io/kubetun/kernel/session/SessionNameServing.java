package io.kubetun.kernel.session;

import io.kubetun.spi.NameServer;
import io.kubetun.spi.NameServing;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who stands in for the cluster's own name server in one session: the first that began. Thread-safe. */
public final class SessionNameServing implements NameServing {
    private final List<NameServer> all = new CopyOnWriteArrayList<>();

    /** Makes one in which nobody does. */
    public SessionNameServing() {}

    @Override
    public void begin(NameServer server) {
        all.add(server);
    }

    @Override
    public void end(NameServer server) {
        all.remove(server);
    }

    @Override
    public Optional<NameServer> now() {
        return all.stream().findFirst();
    }
}
