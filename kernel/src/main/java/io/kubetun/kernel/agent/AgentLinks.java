package io.kubetun.kernel.agent;

import io.kubetun.kernel.link.Link;
import io.kubetun.kernel.link.LinkSettings;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links to the owner's laptop. One that did not answer in time gets no new flows until it answers a ping; while none
 * is left that does, the traffic is the original's. Used on its loop only.
 */
final class AgentLinks {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLinks.class);

    /** Links at the same time; a further one takes the place of one that does not answer, or is refused. */
    private static final int MAX_LINKS = 8;

    /** Connections that have not proved anything yet; the next one is closed. */
    private static final int MAX_UNPROVED = 16;

    private final EventLoop loop;
    private final AgentSettings settings;
    private final String pod;
    private final Runnable usable;
    private final Runnable unusable;
    private final Consumer<AgentEnd> end;
    private final List<Link> links = new ArrayList<>();
    private final Set<Link> silent = new HashSet<>();
    private int unproved;
    private boolean taking;
    private boolean closed;
    private Optional<Future<?>> idle = Optional.empty();

    /**
     * The first two are told on the loop, in turns, the first one first; the third when the agent shall end, by an agent
     * that has an end of its own.
     */
    AgentLinks(
            EventLoop loop,
            AgentSettings settings,
            String pod,
            Runnable usable,
            Runnable unusable,
            Consumer<AgentEnd> end) {
        this.loop = loop;
        this.settings = settings;
        this.pod = pod;
        this.usable = usable;
        this.unusable = unusable;
        this.end = end;
    }

    /** Nobody takes an ephemeral container out: without its laptop it ends by itself. */
    void awaitLaptop() {
        idle.ifPresent(timer -> timer.cancel(false));
        idle = settings.idle()
                .filter(limit -> links.isEmpty())
                .map(limit -> loop.schedule(() -> end.accept(AgentEnd.IDLE), limit.toMillis(), TimeUnit.MILLISECONDS));
    }

    private Optional<Runnable> onRequest() {
        return settings.idle().map(limit -> () -> end.accept(AgentEnd.ASKED));
    }

    /** Small windows: the pod's memory is not ours. */
    private LinkSettings measures() {
        return new LinkSettings(
                MAX_LINKS,
                65_535,
                1 << 20,
                2 << 20,
                2 << 20,
                settings.maxFlows(),
                Duration.ofSeconds(5),
                3,
                Duration.ofSeconds(10));
    }

    /** Somebody has come to the control port. */
    void accepted(Channel connection) {
        if (closed || unproved >= MAX_UNPROVED) {
            connection.close();
            return;
        }
        unproved++;
        AgentHandshake.demand(connection, settings.key(), pod, onRequest()).addListener((Future<Channel> proved) -> {
            unproved--;
            if (!proved.isSuccess()) {
                LOG.warn("a connection became no link: {}", proved.cause().getMessage());
            } else if (closed || !hasRoom()) {
                LOG.warn("a link is closed again: {} links are open", links.size());
                connection.close();
            } else {
                Link.open(connection, measures()).addListener((Future<Link> opened) -> {
                    if (opened.isSuccess()) {
                        add(opened.getNow());
                    } else {
                        LOG.warn(
                                "a connection became no link: {}",
                                opened.cause().getMessage());
                    }
                });
            }
        });
    }

    private boolean hasRoom() {
        if (links.size() < MAX_LINKS) {
            return true;
        }
        Optional<Link> dead = silent.stream().findAny();
        dead.ifPresent(link -> link.close("another link has taken its place"));
        return dead.isPresent();
    }

    private void add(Link link) {
        links.add(link);
        LOG.info("link open, {} in all", links.size());
        awaitLaptop();
        link.lost().addListener((Future<String> lost) -> {
            links.remove(link);
            silent.remove(link);
            LOG.info("link lost, {} left: {}", links.size(), lost.getNow());
            awaitLaptop();
            changed();
        });
        changed();
    }

    /** The link for a new flow: of those that answer the one with the fewest. */
    Optional<Link> best() {
        return links.stream().filter(this::isUsable).min(Comparator.comparingInt(Link::flows));
    }

    private boolean isUsable(Link link) {
        return link.isTaking() && !silent.contains(link);
    }

    /** A flow had no answer in time. */
    void missed(Link link) {
        if (!links.contains(link) || !silent.add(link)) {
            return;
        }
        LOG.info("link silent: no new flows until it answers");
        changed();
        link.ping().addListener(answered -> {
            if (answered.isSuccess() && silent.remove(link)) {
                LOG.info("link answers again");
                changed();
            }
        });
    }

    private void changed() {
        boolean any = best().isPresent();
        if (any == taking) {
            return;
        }
        taking = any;
        if (any) {
            LOG.info("traffic goes to the laptop");
            usable.run();
        } else {
            LOG.info("traffic stays here: no link answers");
            unusable.run();
        }
    }

    /** No link is taken any more; those that are open go on, for the flows that they carry. */
    void stopTaking() {
        closed = true;
        if (taking) {
            taking = false;
            unusable.run();
        }
    }

    void close() {
        closed = true;
        List.copyOf(links).forEach(link -> link.close("the agent has ended"));
    }
}
