package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One flow to a port of a pod: a stream of a {@link Link}, on the link's event loop. All methods that are not of
 * {@link io.netty.channel.Channel} are called on that loop.
 *
 * <p>What the pod sends is handed on as it is read while somebody wants it, else it is queued and counted by the
 * link's {@link ReadGate}. What is written stays in this channel's outbound buffer until the link's {@link Outbox}
 * takes it, so writability here is writability of the link.
 */
final class PodChannel extends AbstractChannel implements DuplexChannel {
    /** Bytes handed on for one read; more wait for the next, so that the reader's back-pressure can act. */
    static final int READ_BUDGET = 512 << 10;

    /** Bytes written after the pod has closed that are dropped in silence, such as a TLS close_notify; then a reset. */
    static final int LOST_AFTER_END = 64 << 10;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 512 << 10);

    private final Link link;
    private final Dial dial;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final Queue<ByteBuf> queue = new ArrayDeque<>();
    private final StreamState stream = new StreamState();
    private int queued;
    private long lastReceived;
    private long handedOn;
    private int pass;
    private int lost;
    private boolean readPending;
    private boolean drainScheduled;
    private boolean closed;
    private boolean podEnded;
    private boolean inputShutdown;
    private boolean outputShutdown;
    private boolean clean = true;
    private DialException failure;

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
        if (closed || podEnded) {
            data.release();
            return;
        }
        int length = data.readableBytes();
        lastReceived = link.lastRead();
        if (!dial.isDone()) {
            dial.firstByte();
        }
        if (readPending && queue.isEmpty() && pass < READ_BUDGET) {
            handOn(data, length);
        } else {
            queue.add(data);
            queued += length;
            link.gate().grew(this);
        }
    }

    /** The link has read all there was. */
    void readComplete() {
        if (pass == 0) {
            return;
        }
        pass = 0;
        readPending = false;
        pipeline().fireChannelReadComplete();
        if (readPending && !queue.isEmpty()) {
            scheduleDrain();
        }
    }

    /** The pod has ended its side: the end of input comes after what is queued. */
    void podEnded() {
        if (!podEnded) {
            podEnded = true;
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
            closed = true;
            link.ended(this);
            return;
        }
        if (!closed && failure == null) {
            failure = cause;
            podEnded = true;
            deliverEnd();
        }
    }

    /** The reader stood still for too long: what is queued is dropped and the flow reset. */
    void overflowed(DialException cause) {
        releaseQueue();
        cut(cause);
    }

    /** How long nothing has come from the pod since a moment, in nanoseconds; 0 while something waits for the reader. */
    long quietSince(long moment, long now) {
        return queued > 0 ? 0 : now - Math.max(moment, lastReceived);
    }

    /** The link takes bytes again. */
    void writable() {
        ((PodUnsafe) unsafe()).resume();
    }

    /** Takes the channel into use, on its loop. */
    void open() {
        link.channel().eventLoop().register(this);
        // A PodChannel registers at once when it is done on its own loop.
        if (!isRegistered()) {
            throw new IllegalStateException("not registered on its own loop");
        }
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

    int queued() {
        return queued;
    }

    long handedOn() {
        return handedOn;
    }

    boolean hasReceived() {
        return handedOn + queued > 0;
    }

    boolean isPodEnded() {
        return podEnded;
    }

    // Reading.

    private void handOn(ByteBuf data, int length) {
        if (pass == 0) {
            link.touched(this);
        }
        pass += Math.max(length, 1);
        handedOn += length;
        pipeline().fireChannelRead(data);
    }

    private void scheduleDrain() {
        if (!drainScheduled) {
            drainScheduled = true;
            eventLoop().execute(this::drain);
        }
    }

    private void drain() {
        drainScheduled = false;
        if (closed || !readPending) {
            return;
        }
        int passed = 0;
        ByteBuf data;
        while (passed < READ_BUDGET && !closed && (data = queue.poll()) != null) {
            int length = data.readableBytes();
            passed += length;
            queued -= length;
            handedOn += length;
            pipeline().fireChannelRead(data);
        }
        if (closed) {
            return;
        }
        link.gate().shrank(this);
        if (passed > 0) {
            readPending = false;
            pipeline().fireChannelReadComplete();
        }
        deliverEnd();
    }

    private void deliverEnd() {
        if (closed || !podEnded || !queue.isEmpty() || !isRegistered()) {
            return;
        }
        if (failure != null) {
            clean = false;
            pipeline().fireExceptionCaught(failure);
            unsafe().close(voidPromise());
        } else if (!inputShutdown) {
            readComplete();
            inputShutdown = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    private void releaseQueue() {
        ByteBuf data;
        while ((data = queue.poll()) != null) {
            data.release();
        }
        queued = 0;
    }

    // Channel.

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (!queue.isEmpty()) {
            scheduleDrain();
        } else if (podEnded && !inputShutdown) {
            eventLoop().execute(this::deliverEnd);
        }
    }

    @Override
    protected Object filterOutboundMessage(Object msg) {
        if (msg instanceof ByteBuf) {
            return msg;
        }
        ReferenceCountUtil.release(msg);
        throw new UnsupportedOperationException("a flow carries ByteBuf only");
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
        if (outputShutdown && in.isEmpty()) {
            link.holdFin(this);
        }
        outbox.flushSoon();
        if (lost > LOST_AFTER_END && !closed) {
            cut(new DialException(Reason.RESET, pod() + " has closed the flow"));
        }
    }

    @Override
    protected void doClose() {
        if (closed) {
            return;
        }
        closed = true;
        releaseQueue();
        link.close(this, clean);
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            outputShutdown = true;
            ChannelOutboundBuffer out = unsafe().outboundBuffer();
            if (out == null || out.isEmpty()) {
                link.holdFin(this);
            }
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownOutput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            podEnded = true;
            inputShutdown = true;
            releaseQueue();
            link.gate().shrank(this);
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownInput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || closed;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || closed;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new PodUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return link.channel().eventLoop().equals(loop);
    }

    @Override
    protected SocketAddress localAddress0() {
        return link.channel().localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return InetSocketAddress.createUnresolved(pod().pod() + "." + pod().namespace(), pod().port());
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a flow is not bound");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    private final class PodUnsafe extends AbstractUnsafe {
        void resume() {
            flush0();
        }

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a flow is connected from the start"));
        }

        @Override
        public void close(ChannelPromise promise) {
            ChannelOutboundBuffer out = outboundBuffer();
            clean &= out == null || out.isEmpty();
            super.close(promise);
        }
    }
}
