package io.kubetun.plugin.intercept;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Leads the flows that agents open to the process on this machine. Thread-safe; never blocks. */
final class LocalProcess implements Inbound.Taker {
    private final Dialer machine;
    private final LocalDoor others;
    private final Map<Door, Target.Address> doors;
    private final boolean refuse;
    private final boolean proxyProtocol;
    private final AtomicLong taken = new AtomicLong();
    private final Map<Target.Address, AtomicLong> closed = new ConcurrentHashMap<>();

    /** A port of the pods. */
    record Door(int port, Protocol protocol) {}

    /**
     * Takes what was resolved.
     *
     * @param machine dials addresses of this machine
     * @param doors where each goes that is taken; none for all TCP to what is said for all
     */
    LocalProcess(Dialer machine, InterceptOptions options, Map<Door, Target.Address> doors) {
        this.machine = machine;
        this.others = options.to();
        this.doors = Map.copyOf(doors);
        this.refuse = options.refuse();
        this.proxyProtocol = options.proxyProtocol();
    }

    @Override
    public Future<Channel> take(Inbound.Flow flow, EventLoop loop) {
        int remote = flow.to().getPort();
        Optional<Target.Address> local = doors.isEmpty() && flow.protocol() == Protocol.TCP
                ? Optional.of(others.address(remote))
                : Optional.ofNullable(doors.get(new Door(remote, flow.protocol())));
        if (local.isEmpty()) {
            return loop.newFailedFuture(new DialException(Reason.UNREACHABLE, "port " + remote + " is not taken"));
        }
        Target.Address target = local.get();
        return switch (flow.protocol()) {
            case TCP -> connect(flow, target, loop);
            case UDP -> machine.dialDatagrams(target, loop);
            case SCTP -> loop.newFailedFuture(new DialException(Reason.UNREACHABLE, "SCTP is not taken"));
        };
    }

    private Future<Channel> connect(Inbound.Flow flow, Target.Address target, EventLoop loop) {
        Promise<Channel> done = loop.newPromise();
        machine.dial(target, loop).addListener((Future<Channel> dialled) -> {
            if (!dialled.isSuccess()) {
                done.tryFailure(isClosed(dialled.cause(), target));
                return;
            }
            taken.incrementAndGet();
            closed.remove(target);
            Channel channel = dialled.getNow();
            if (proxyProtocol) {
                CallerHeader.write(flow, channel);
            }
            if (!done.trySuccess(channel)) {
                channel.close();
            }
        });
        return done;
    }

    private DialException isClosed(Throwable cause, Target.Address target) {
        closed.computeIfAbsent(target, door -> new AtomicLong()).incrementAndGet();
        Reason reason = refuse ? Reason.FORBIDDEN : Reason.REFUSED;
        return new DialException(reason, "nothing listens on " + target, cause);
    }

    /** How many flows came here so far. */
    long taken() {
        return taken.get();
    }

    /** What is not there, a sentence each. */
    Stream<String> notes() {
        return closed.entrySet().stream()
                .map(each -> "Nothing listens on " + each.getKey() + ": "
                        + each.getValue() + " connections "
                        + (refuse ? "were refused." : "stayed in the cluster."))
                .sorted();
    }
}
