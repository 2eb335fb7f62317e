package io.kubetun.plugin.tun;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.NameServer;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * From held connections to joined flows: each is dialled on the loop that its listener accepts on, so that the two ends
 * meet there. One listener a loop and family. Thread-safe.
 */
final class TunFlows {
    /** A program that has given up meanwhile does not come; what was dialled for it is closed after this. */
    private static final long ACCEPT_SECONDS = 10;

    private final SessionContext session;
    private final FlowTable table;
    private final Supplier<List<EventLoop>> loops;
    private final List<FlowListener> listeners = new ArrayList<>();
    private final Map<Integer, Awaited> awaited = new ConcurrentHashMap<>();
    private volatile Function<Target.Address, Optional<NameServer>> answering = any -> Optional.empty();

    /** A program that was told that it is connected, and will come to the listener. */
    private record Awaited(HeldFlow held, EventLoop loop, End end) {}

    /** What waits for it. */
    private sealed interface End {}

    /** The other end of its flow. */
    private record Dialled(Channel remote) implements End {}

    /** Who answers what it asks. */
    private record Answered(NameServer server) implements End {}

    TunFlows(SessionContext session, FlowTable table, Supplier<List<EventLoop>> loops) {
        this.loops = loops;
        this.session = session;
        this.table = table;
    }

    /** Goes nowhere with what is answered here. */
    void answer(Function<Target.Address, Optional<NameServer>> answers) {
        answering = answers;
    }

    /** Opens the listeners of an address; returns their ports, in the order of the loops. */
    List<Integer> listen(InetAddress local) throws KubetunException {
        List<Integer> ports = new ArrayList<>();
        for (EventLoop loop : loops.get()) {
            FlowListener listener = session.flows().listen(new InetSocketAddress(local, 0), loop, new Accepted());
            listeners.add(listener);
            ports.add(listener.address().getPort());
        }
        return ports;
    }

    List<InetSocketAddress> addresses() {
        return listeners.stream().map(FlowListener::address).toList();
    }

    /** Dials, unless it is answered here, and tells the traffic what came of it. */
    void dial(HeldFlow held, Dialer dialer, PacketTraffic traffic) {
        EventLoop loop = loops.get().get(held.flow() % loops.get().size());
        Optional<NameServer> server = answering.apply(held.target());
        if (server.isPresent()) {
            await(new Awaited(held, loop, new Answered(server.get())), traffic);
            return;
        }
        loop.execute(() -> dialer.dial(held.target(), loop).addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                opened(held, done.getNow(), traffic);
            } else {
                Throwable cause = done.cause();
                traffic.refuse(held, cause instanceof DialException known ? Refusal.of(known.reason()) : Refusal.HOST);
            }
        }));
    }

    private void opened(HeldFlow held, Channel remote, PacketTraffic traffic) {
        remote.pipeline().addLast(new Unjoined());
        await(new Awaited(held, remote.eventLoop(), new Dialled(remote)), traffic);
    }

    private void await(Awaited here, PacketTraffic traffic) {
        awaited.put(here.held().flow(), here);
        traffic.accept(here.held());
        here.loop().schedule(() -> giveUp(here), ACCEPT_SECONDS, TimeUnit.SECONDS);
    }

    private void giveUp(Awaited waiting) {
        if (awaited.remove(waiting.held().flow(), waiting)) {
            if (waiting.end() instanceof Dialled(Channel remote)) {
                remote.close();
            }
            table.close(waiting.held().flow());
        }
    }

    void close() {
        listeners.forEach(FlowListener::close);
        awaited.values().forEach(each -> each.loop().execute(() -> giveUp(each)));
    }

    /** Takes only connections that came as a flow of the table, and each once. */
    @Sharable
    private final class Accepted extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel client) {
            client.config().setAutoRead(false);
            client.eventLoop().execute(() -> join(client));
        }
    }

    private void join(Channel client) {
        InetSocketAddress from = (InetSocketAddress) client.remoteAddress();
        InetSocketAddress at = (InetSocketAddress) client.localAddress();
        // Whoever connects to the listener itself has this machine's address; the peer's has nobody but the device.
        boolean foreign = from == null || at == null || from.getAddress().equals(at.getAddress());
        Awaited here = foreign ? null : awaited.remove(from.getPort() - FlowTable.FIRST_PORT);
        if (here == null) {
            reset(client);
            return;
        }
        switch (here.end()) {
            case Dialled(Channel remote) -> join(client, remote, here.held().target());
            case Answered(NameServer server) -> {
                client.pipeline().addLast(server.connection(here.held().target()));
                client.config().setAutoRead(true);
            }
        }
    }

    private void join(Channel client, Channel remote, Target target) {
        if (!client.isActive()) {
            remote.close();
        } else if (!remote.isActive()) {
            reset(client);
        } else {
            remote.pipeline().remove(Unjoined.class);
            session.flows().join(client, remote, target);
        }
    }

    /** What fails before the program has come is closed; it is reset when it comes. */
    private static final class Unjoined extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static void reset(Channel client) {
        if (client.isOpen()) {
            client.config().setOption(ChannelOption.SO_LINGER, 0);
            client.close();
        }
    }
}
