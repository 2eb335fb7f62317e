package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.StreamChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * One flow to a port of a pod: a stream of a {@link Link}, on the link's event loop. All methods that are not of
 * {@link io.netty.channel.Channel} are called on that loop.
 *
 * <p>What the pod sends is handed on as it is read while somebody wants it, else it is queued and counted by the
 * link's {@link ReadGate}. What is written stays in this channel's outbound buffer until the link's {@link Outbox}
 * takes it, so writability here is writability of the link.
 */
final class PodChannel extends StreamChannel {
    /** Bytes written after the pod has closed that are dropped in silence, such as a TLS close_notify; then a reset. */
    static final int LOST_AFTER_END = 64 << 10;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 512 << 10);

    private final Link link;
    private final Dial dial;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final StreamState stream = new StreamState();
    private long lastReceived;
    private int lost;

    PodChannel(Link link, Dial dial) {
        super(link.channel());
        this.link = link;
        this.dial = dial;
        config.setAutoRead(false);
        config.setWriteBufferWaterMark(WATER_MARK);
    }

    // What the link tells.

    /** The pod's bytes; released here or by who reads them. */
    void received(ByteBuf data) {
        if (!isOpen() || isInputEnded()) {
            data.release();
            return;
        }
        lastReceived = link.lastRead();
        if (!dial.isDone()) {
            dial.firstByte();
        }
        if (isWanted()) {
            handOn(data);
        } else {
            hold(data);
            link.gate().grew(this);
        }
    }

    /** The pod has ended its side: the end of input comes after what is queued. */
    void podEnded() {
        if (endInput()) {
            if (!dial.isDone()) {
                // The end of an empty stream is no sign of life: a refused port ends so too, before its error is told.
                dial.accepted();
            }
            deliverEnd();
        }
    }

    /** The flow is cut: told after what is queued. */
    void cut(DialException cause) {
        boolean dialling = !dial.isDone();
        dial.failed(cause);
        if (dialling) {
            abandon();
            link.ended(this);
            return;
        }
        fail(cause);
    }

    /** The reader stood still for too long: what is queued is dropped and the flow reset. */
    void overflowed(DialException cause) {
        releaseQueue();
        cut(cause);
    }

    /** How long nothing has come from the pod since a moment, in nanoseconds; 0 while something waits for the reader. */
    long quietSince(long moment, long now) {
        return queued() > 0 ? 0 : now - Math.max(moment, lastReceived);
    }

    /** The link takes bytes again. */
    void writable() {
        resume();
    }

    /** Takes the channel into use, on its loop. */
    void open() {
        register();
    }

    Link link() {
        return link;
    }

    Dial dial() {
        return dial;
    }

    PodPort pod() {
        return dial.pod();
    }

    StreamState stream() {
        return stream;
    }

    boolean hasReceived() {
        return handedOn() + queued() > 0;
    }

    // StreamChannel.

    @Override
    protected void touched() {
        link.touched(this);
    }

    @Override
    protected void taken(int bytes) {
        link.gate().shrank(this);
    }

    @Override
    protected void endOutput() {
        link.holdFin(this);
    }

    @Override
    protected void closeStream(boolean whole) {
        link.close(this, whole);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        Outbox outbox = link.outbox();
        int quota = outbox.quota(this);
        while (in.current() instanceof ByteBuf data) {
            if (stream.isOver() || stream.isFinSent()) {
                lost += data.readableBytes();
                in.remove(new ClosedChannelException());
                continue;
            }
            if (quota <= 0 || !outbox.writable()) {
                outbox.await(this);
                break;
            }
            int length = data.readableBytes();
            if (length > 0) {
                link.send(this, data.retain());
                quota -= length;
            }
            in.remove();
        }
        if (endsOutput() && in.isEmpty()) {
            endOutput();
        }
        outbox.flushSoon();
        if (lost > LOST_AFTER_END && isOpen()) {
            cut(new DialException(Reason.RESET, pod() + " has closed the flow"));
        }
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return InetSocketAddress.createUnresolved(pod().pod() + "." + pod().namespace(), pod().port());
    }
}
