package io.kubetun.plugin.tun;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.TunSettings;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Flows of UDP: each pair of a program's port and an address of the cluster is dialled with its first datagram, and has
 * a channel as long as it is used. Where only TCP reaches the cluster, questions of DNS go by TCP (RFC 7766) and all
 * others are refused. {@link #sent} is for the bus's thread, the rest for any.
 */
final class Datagrams {
    /** Flows at a time. */
    static final int CAPACITY = 8192;

    private static final int DNS = 53;

    private final Supplier<List<EventLoop>> loops;
    private final Map<EventLoop, MemorySegment> scratch = new HashMap<>();
    private final Function<InetAddress, Dialer> way;
    private final Outlet outlet;
    private final Destinations destinations;
    private final FlowTable table = new FlowTable(CAPACITY);
    private final AtomicReferenceArray<DatagramFlow> flows = new AtomicReferenceArray<>(CAPACITY);
    private volatile boolean closed;

    Datagrams(
            Function<InetAddress, Dialer> way,
            Destinations destinations,
            Supplier<List<EventLoop>> loops,
            Outlet outlet) {
        this.destinations = destinations;
        this.way = way;
        this.loops = loops;
        this.outlet = outlet;
    }

    /** Takes a datagram that a program has sent. */
    void sent(PacketView packet) {
        if (!packet.hasRightSum()) {
            outlet.counts().add(Count.MALFORMED);
            return;
        }
        int number =
                table.find(packet.destinationHigh, packet.destinationLow, packet.sourcePort, packet.destinationPort);
        if (number == FlowTable.NONE || table.state(number) == FlowTable.CLOSED) {
            begin(packet);
        } else {
            flows.get(number).send(packet);
        }
    }

    private void begin(PacketView packet) {
        Target.Address target = destinations.target(packet);
        Dialer dialer = way.apply(target.ip());
        if (packet.destinationPort != DNS && dialer.tcpOnly()) {
            outlet.counts().add(Count.UDP);
            outlet.refuse(packet, Refusal.PROHIBITED);
            return;
        }
        int number = closed
                ? FlowTable.NONE
                : table.add(packet.destinationHigh, packet.destinationLow, packet.sourcePort, packet.destinationPort);
        if (number == FlowTable.NONE) {
            outlet.counts().add(Count.FULL);
            return;
        }
        EventLoop loop = loops.get().get(number % loops.get().size());
        MemorySegment memory =
                scratch.computeIfAbsent(loop, each -> Arena.ofAuto().allocate(TunSettings.MTU, Long.BYTES));
        DatagramFlow flow = new DatagramFlow(packet.copy(), loop, outlet, memory, () -> table.close(number));
        flows.set(number, flow);
        flow.send(packet);
        loop.execute(() -> dial(flow, dialer, target, loop));
    }

    private static void dial(DatagramFlow flow, Dialer dialer, Target.Address target, EventLoop loop) {
        boolean byTcp = dialer.tcpOnly();
        Future<Channel> dialled = byTcp ? dialer.dial(target, loop) : dialer.dialDatagrams(target, loop);
        dialled.addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                flow.refused(done.cause() instanceof DialException known ? Refusal.of(known.reason()) : Refusal.HOST);
                return;
            }
            if (byTcp) {
                DnsByTcp.addTo(done.getNow().pipeline());
            }
            flow.opened(done.getNow());
        });
    }

    /** Flows that are open or being dialled. */
    int size() {
        return table.size();
    }

    void close() {
        closed = true;
        for (int number = 0; number < CAPACITY; number++) {
            DatagramFlow flow = flows.get(number);
            if (flow != null) {
                flow.close();
            }
        }
    }

    /** Copies a datagram's data out of its packet. */
    static ByteBuf data(PacketView packet, ByteBuf into) {
        MemorySegment data = packet.memory.asSlice(packet.transport + PacketView.UDP_HEADER, packet.payload);
        return into.writeBytes(data.asByteBuffer());
    }
}
