package io.kubetun.plugin.tun;

import io.kubetun.spi.PacketHandler;
import io.kubetun.spi.host.TunSettings;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/**
 * What happens to each packet: one of a flow is rewritten where it lies and handed back to this machine, the first of a
 * connection waits until it is dialled, all others are refused or dropped, and counted. {@link #handle} is for the bus's
 * thread, the rest for any.
 */
final class PacketTraffic implements PacketHandler {
    private final Outlet outlet;
    private final FlowTable table;
    private final Counts counts;
    private final Ends v4;
    private final Ends v6;
    private final List<Integer> listeners;
    private final List<Integer> listeners6;
    private final Consumer<HeldFlow> dial;
    private final Destinations destinations;
    private final Datagrams datagrams;
    private final Echoes echoes;
    private final PacketView view = new PacketView();

    PacketTraffic(
            Outlet outlet,
            TunSettings settings,
            FlowTable table,
            List<Integer> listeners,
            List<Integer> listeners6,
            Consumer<HeldFlow> dial,
            Destinations destinations,
            Datagrams datagrams,
            Echoes echoes) {
        this.outlet = outlet;
        this.table = table;
        this.counts = outlet.counts();
        this.v4 = Ends.of(settings, false);
        this.v6 = Ends.of(settings, true);
        this.listeners = List.copyOf(listeners);
        this.listeners6 = List.copyOf(listeners6);
        this.dial = dial;
        this.destinations = destinations;
        this.datagrams = datagrams;
        this.echoes = echoes;
    }

    @Override
    public void handle(MemorySegment packet, int length) {
        switch (view.read(packet, length)) {
            case TCP -> tcp();
            case UDP -> fromHere(datagrams::sent);
            case ECHO -> fromHere(echoes::asked);
            case EMPTY -> counts.add(Count.EMPTY);
            case MALFORMED -> counts.add(Count.MALFORMED);
            case FRAGMENT -> counts.add(Count.FRAGMENT);
            case OPTIONS -> counts.add(Count.OPTIONS);
            case OTHER -> counts.add(Count.OTHER);
        }
    }

    private void tcp() {
        Ends ends = view.v6 ? v6 : v4;
        if (!isLocal(ends)) {
            counts.add(Count.SPOOFED);
        } else if (view.destinationLow == ends.peerLow() && view.destinationHigh == ends.peerHigh()) {
            fromListener(ends);
        } else {
            fromProgram(ends);
        }
    }

    private boolean isLocal(Ends ends) {
        return view.sourceLow == ends.localLow() && view.sourceHigh == ends.localHigh();
    }

    private List<Integer> listeners() {
        return view.v6 ? listeners6 : listeners;
    }

    private void fromListener(Ends ends) {
        int flow = view.destinationPort - FlowTable.FIRST_PORT;
        if (flow < 0 || table.state(flow) < FlowTable.OPEN || view.sourcePort != listener(flow)) {
            counts.add(Count.STRAY);
            return;
        }
        int ports = table.ports(flow);
        table.passed(flow, view.flags, false);
        view.rewrite(
                table.high(flow), table.low(flow), ends.localHigh(), ends.localLow(), ports & 0xffff, ports >>> 16);
        outlet.write(view.memory, view.length);
    }

    private void fromProgram(Ends ends) {
        boolean first = (view.flags & (Wire.SYN | Wire.ACK | Wire.RST)) == Wire.SYN;
        int flow = table.find(view.destinationHigh, view.destinationLow, view.sourcePort, view.destinationPort);
        if (first && (flow == FlowTable.NONE || table.state(flow) == FlowTable.CLOSED)) {
            begin();
        } else if (flow == FlowTable.NONE) {
            stray();
        } else if (table.state(flow) >= FlowTable.OPEN && listener(flow) > 0) {
            table.passed(flow, view.flags, true);
            toListener(view, flow, ends);
        }
    }

    private int listener(int flow) {
        List<Integer> ports = listeners();
        return ports.isEmpty() ? 0 : ports.get(flow % ports.size());
    }

    private void toListener(PacketView packet, int flow, Ends ends) {
        List<Integer> ports = packet.v6 ? listeners6 : listeners;
        packet.rewrite(
                ends.peerHigh(),
                ends.peerLow(),
                ends.localHigh(),
                ends.localLow(),
                flow + FlowTable.FIRST_PORT,
                ports.get(flow % ports.size()));
        outlet.write(packet.memory, packet.length);
    }

    private void begin() {
        if (!view.hasRightSum() || listeners().isEmpty()) {
            counts.add(Count.MALFORMED);
            return;
        }
        int flow = table.add(view.destinationHigh, view.destinationLow, view.sourcePort, view.destinationPort);
        if (flow == FlowTable.NONE) {
            counts.add(Count.FULL);
            outlet.refuse(view, Refusal.RESET);
            return;
        }
        dial.accept(new HeldFlow(flow, destinations.target(view), view.copy()));
    }

    /** The program's end is older than this device: it should know at once. */
    private void stray() {
        counts.add(Count.STRAY);
        if ((view.flags & Wire.RST) == 0) {
            outlet.refuse(view, Refusal.RESET);
        }
    }

    private void fromHere(Consumer<PacketView> taker) {
        Ends ends = view.v6 ? v6 : v4;
        if (!isLocal(ends)) {
            counts.add(Count.SPOOFED);
        } else if (view.destinationLow == ends.peerLow() && view.destinationHigh == ends.peerHigh()) {
            counts.add(Count.STRAY);
        } else {
            taker.accept(view);
        }
    }

    /** Lets the connection go on to the listener: it is dialled. */
    void accept(HeldFlow held) {
        table.open(held.flow());
        PacketView syn = PacketView.of(held.syn());
        toListener(syn, held.flow(), syn.v6 ? v6 : v4);
    }

    /** Tells the program that it cannot be. */
    void refuse(HeldFlow held, Refusal refusal) {
        counts.add(refusal == Refusal.RESET || refusal == Refusal.PORT ? Count.REFUSED : Count.UNREACHABLE);
        table.close(held.flow());
        outlet.refuse(held.syn(), refusal);
    }
}
