package io.kubetun.plugin.tun;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Translations;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Translation;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One packet of an open flow: decoded, looked up among many, rewritten with its checksums, handed to the device. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseSerialGC")
public class PacketTrafficBenchmark {
    private static final TunSettings SETTINGS = new TunSettings(0, false);
    private static final int HEADERS = Wire.HEADER4 + Wire.TCP_HEADER;
    private static final int SERVER_PORT = 80;

    /** Flows in the table. */
    @Param({"1", "5000"})
    public int flows;

    /** Bytes behind the headers: an acknowledgement, and a full packet. */
    @Param({"0", "65000"})
    public int payload;

    private final MemorySegment packet = Arena.global().allocate(65_536, 4096);
    private final MemorySegment headers = Arena.global().allocate(HEADERS, 8);
    private final Sink sink = new Sink();
    private PacketTraffic traffic;
    private int next;

    /** Opens the flows. */
    @Setup
    public void open() {
        FlowTable table = new FlowTable();
        Outlet outlet = new Outlet(sink, new Counts());
        Destinations destinations = new Destinations(new Same());
        Dialer none = (target, loop) -> loop.newFailedFuture(new IOException("no packet begins a flow"));
        traffic = new PacketTraffic(
                outlet,
                SETTINGS,
                table,
                List.of(5000),
                List.of(),
                held -> {},
                destinations,
                new Datagrams(any -> none, destinations, new Questions(Optional::empty, List.of()), List::of, outlet),
                new Echoes(any -> none, destinations, List::of, outlet));
        long to = Wire.low(InetAddress.ofLiteral("10.96.0.7"));
        for (int flow = 0; flow < flows; flow++) {
            table.open(table.add(0, to, 10_000 + flow, SERVER_PORT));
        }
        int length = HEADERS + payload;
        headers.set(Wire.SHORT, 0, (short) 0x4500);
        headers.set(Wire.SHORT, 2, (short) length);
        headers.set(Wire.BYTE, 8, (byte) 64);
        headers.set(Wire.BYTE, 9, (byte) Wire.TCP);
        headers.set(Wire.INT, 12, (int) Wire.low(SETTINGS.local(false)));
        headers.set(Wire.INT, 16, (int) to);
        headers.set(Wire.SHORT, 10, (short) ~Checksum.fold(Checksum.sum(headers, 0, Wire.HEADER4)));
        headers.set(Wire.SHORT, 22, (short) SERVER_PORT);
        headers.set(Wire.BYTE, 32, (byte) 0x50);
        headers.set(Wire.BYTE, 33, (byte) Wire.ACK);
    }

    /**
     * Handles the next packet.
     *
     * @return packets that the device has taken so far
     */
    @Benchmark
    public long handle() {
        MemorySegment.copy(headers, 0, packet, 0, HEADERS);
        packet.set(Wire.SHORT, 20, (short) (10_000 + next));
        next = next + 1 == flows ? 0 : next + 1;
        long before = sink.taken;
        traffic.handle(packet, HEADERS + payload);
        if (sink.taken == before) {
            throw new IllegalStateException("the packet went nowhere");
        }
        return sink.taken;
    }

    private static final class Same implements Translations {
        @Override
        public void add(Translation translation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove(Translation translation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InetAddress toLocal(InetAddress address) {
            return address;
        }

        @Override
        public InetAddress toCluster(InetAddress address) {
            return address;
        }
    }

    private static final class Sink implements PacketDevice {
        private long taken;

        @Override
        public String name() {
            return "sink";
        }

        @Override
        public int read(MemorySegment memory) {
            return -1;
        }

        @Override
        public boolean write(MemorySegment memory, int length) {
            taken++;
            return true;
        }

        @Override
        public void close() {
            taken = 0;
        }
    }
}
