package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.ProtocolException;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Cuts 64 KiB of SPDY, as one read of the connection brings them, into DATA frames of one length. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SpdyFramesBenchmark {
    private static final int READ_BYTES = 64 << 10;

    /** Bytes of payload in a frame: a keystroke, a small answer, a full buffer of the node's. */
    @Param({"8", "1024", "16384"})
    public int payload;

    private final Count count = new Count();
    private final SpdyFrameParser parser = new SpdyFrameParser(count);
    private ByteBuf read;

    /** Makes what is read: whole frames only. */
    @Setup
    public void fill() {
        read = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES);
        while (read.writableBytes() >= 8 + payload) {
            read.writeInt(3).writeInt(payload).writeZero(payload);
        }
    }

    /** Gives it back. */
    @TearDown
    public void release() {
        read.release();
    }

    /**
     * Parses it once.
     *
     * @return the bytes of payload so far
     * @throws ProtocolException never
     */
    @Benchmark
    public long parse() throws ProtocolException {
        parser.parse(read.retainedDuplicate());
        return count.bytes;
    }

    private static final class Count implements SpdyFrameParser.Frames {
        private long bytes;

        @Override
        public void data(int stream, ByteBuf payload, boolean fin) {
            bytes += payload.readableBytes();
            payload.release();
        }

        @Override
        public void reply(int stream, boolean fin) {
            throw new IllegalStateException("there is none");
        }

        @Override
        public void reset(int stream, int status) {
            throw new IllegalStateException("there is none");
        }

        @Override
        public void ping(int id) {
            throw new IllegalStateException("there is none");
        }

        @Override
        public void goAway(int lastGood) {
            throw new IllegalStateException("there is none");
        }
    }
}
