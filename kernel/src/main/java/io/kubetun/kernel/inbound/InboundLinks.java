package io.kubetun.kernel.inbound;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The links of a session to agents. Thread-safe. */
public final class InboundLinks implements Inbound, AutoCloseable {
    private final URI server;
    private final Takers takers;
    private final Dialer pods;
    private final EventLoopGroup loops;
    private final Path keyFolder;
    private final Set<KeptLink> links = ConcurrentHashMap.newKeySet();
    private volatile Optional<OwnerKey> key = Optional.empty();

    /**
     * Makes it; nothing is opened or read yet.
     *
     * @param server the cluster's API server
     * @param takers told who takes the flows of which pods
     * @param pods the way to pods, as port-forwards: agents listen on loopback
     * @param loops the session's event loops
     * @param keyFolder where the user's key is
     */
    public InboundLinks(URI server, Takers takers, Dialer pods, EventLoopGroup loops, Path keyFolder) {
        this.server = server;
        this.takers = takers;
        this.pods = pods;
        this.loops = loops;
        this.keyFolder = keyFolder;
    }

    @Override
    public String ownerKey() throws KubetunException {
        OwnerKey read = OwnerKey.of(keyFolder);
        key = Optional.of(read);
        return read.shared();
    }

    @Override
    public AgentLink link(Target.Pod agent, Taker taker, Consumer<State> told) {
        OwnerKey mine = key.orElseThrow(() -> new IllegalStateException("the owner's key was not asked for"));
        KeptLink link = new KeptLink(
                agent,
                pods,
                loops.next(),
                mine.secret(),
                taker,
                state -> {
                    changed(agent, taker, state);
                    told.accept(state);
                },
                gone -> {
                    links.remove(gone);
                    takers.remove(server, agent, taker);
                });
        links.add(link);
        link.open();
        return link;
    }

    private void changed(Target.Pod agent, Taker taker, State state) {
        if (state.up()) {
            takers.add(server, agent, taker);
        } else {
            takers.remove(server, agent, taker);
        }
    }

    /** Says that connections may be dead without a word of it: lost links are tried again at once. */
    public void networkChanged() {
        links.forEach(KeptLink::retryNow);
    }

    /** Ends all links. */
    @Override
    public void close() {
        Set.copyOf(links).forEach(KeptLink::close);
    }
}
