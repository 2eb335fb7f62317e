package io.kubetun.plugin.tun;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pings: each is asked in the cluster, and answered here if it was answered there. {@link #asked} is for the bus's
 * thread.
 */
final class Echoes {
    /** Unanswered at a time; the next one is lost. */
    private static final int OPEN = 256;

    private final Supplier<List<EventLoop>> loops;
    private final Function<InetAddress, Dialer> way;
    private final Outlet outlet;
    private final Destinations destinations;
    private final Semaphore open = new Semaphore(OPEN);

    Echoes(
            Function<InetAddress, Dialer> way,
            Destinations destinations,
            Supplier<List<EventLoop>> loops,
            Outlet outlet) {
        this.destinations = destinations;
        this.way = way;
        this.loops = loops;
        this.outlet = outlet;
    }

    /** Takes an echo request. */
    void asked(PacketView packet) {
        if (!packet.hasRightSum()) {
            outlet.counts().add(Count.MALFORMED);
            return;
        }
        if (!open.tryAcquire()) {
            outlet.counts().add(Count.LOST);
            return;
        }
        MemorySegment request = packet.copy();
        int size = packet.payload;
        InetAddress whom = destinations.address(packet);
        EventLoop loop = loops.get().getFirst();
        loop.execute(() -> way.apply(whom).echo(whom, size, loop).addListener((Future<Boolean> done) -> {
            open.release();
            if (!done.isSuccess()) {
                refused(request, done.cause());
            } else if (done.getNow()) {
                outlet.write(Answers.echo(PacketView.of(request)), (int) request.byteSize());
            }
        }));
    }

    private void refused(MemorySegment request, Throwable cause) {
        Reason reason = cause instanceof DialException known ? known.reason() : Reason.UNREACHABLE;
        outlet.counts().add(reason == Reason.NEEDS_GATEWAY ? Count.ECHO : Count.UNREACHABLE);
        outlet.refuse(request, Refusal.of(reason));
    }
}
