package io.kubetun.testkit.link;

import io.kubetun.testkit.fault.Fault;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The faults in force, and the connections that they may strike. Thread-safe. */
public final class ActiveFaults {
    /** A loop that is busy for longer applies the fault later. */
    private static final long REFRESH_MILLIS = 1000;

    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final ChannelGroup links = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /**
     * Puts a fault in force.
     *
     * @param fault the fault
     * @return withdraws it when run
     */
    public Runnable inject(Fault fault) {
        faults.add(fault);
        refresh();
        return () -> {
            faults.remove(fault);
            refresh();
        };
    }

    /**
     * Returns the faults of a kind.
     *
     * @param kind which kind
     * @param <F> the kind
     * @return those in force now
     */
    public <F extends Fault> Stream<F> active(Class<F> kind) {
        return faults.stream().filter(kind::isInstance).map(kind::cast);
    }

    void add(FaultyLink link, Channel channel) {
        channel.attr(FaultyLink.LINK).set(link);
        links.add(channel);
    }

    /** Has all links look again, and waits for them unless it is called on an event loop. */
    private void refresh() {
        List<Future<?>> refreshed = new ArrayList<>();
        boolean onLoop = false;
        for (Channel channel : links) {
            FaultyLink link = channel.attr(FaultyLink.LINK).get();
            onLoop |= channel.eventLoop().inEventLoop();
            refreshed.add(channel.eventLoop().submit(link::refresh));
        }
        if (!onLoop) {
            refreshed.forEach(future -> future.awaitUninterruptibly(REFRESH_MILLIS));
        }
    }
}
