package io.kubetun.spi;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A channel as {@link Dialer} promises it, made of one stream of a connection that carries several: for who writes a way
 * into a cluster. It lives on the connection's event loop, where all of its own methods, which are those that no Netty
 * interface names, are called.
 *
 * <p>What comes in is {@link #handOn handed on} while somebody {@link #isWanted wants} it, else it {@link #hold waits},
 * and an end or a failure is told after what waits. How much may wait, and what is written, is the subclass's.
 */
public abstract class StreamChannel extends AbstractChannel implements DuplexChannel {
    /** Bytes handed on for one read; more wait for the next, so that the reader's back-pressure can act. */
    public static final int READ_BUDGET = 512 << 10;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final Queue<ByteBuf> queue = new ArrayDeque<>();
    private int queued;
    private long handedOn;
    private int pass;
    private boolean readPending;
    private boolean drainScheduled;
    private boolean inputEnded;
    private boolean inputShutdown;
    private boolean outputShutdown;
    private boolean clean = true;
    private boolean closed;
    private DialException failure;

    /**
     * Makes a channel that is not in use yet.
     *
     * @param connection the channel of the connection
     */
    protected StreamChannel(Channel connection) {
        super(connection);
    }

    // What the subclass does.

    /** Called when the first bytes of a pass were handed on: {@link #readComplete} is to follow at its end. */
    protected abstract void touched();

    /**
     * Called when bytes that waited do so no longer.
     *
     * @param bytes how many; may be 0
     */
    protected abstract void taken(int bytes);

    /** Called when all has been written and no more will be. May be called again. */
    protected abstract void endOutput();

    /**
     * Called once, when the channel is closed.
     *
     * @param whole whether all that was written has gone to the connection, and no failure was told
     */
    protected abstract void closeStream(boolean whole);

    /**
     * Says whether the channel closes by itself once the end of input was told.
     *
     * @return false unless overridden
     */
    protected boolean closesAfterInput() {
        return false;
    }

    // What the connection tells.

    /** Takes the channel into use. */
    protected final void register() {
        parent().eventLoop().register(this);
        // A channel registers at once when it is done on its own loop.
        if (!isRegistered()) {
            throw new IllegalStateException("not registered on its own loop");
        }
    }

    /** Says that the connection has read all there was. */
    public final void readComplete() {
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

    /**
     * Says whether the reader waits for bytes.
     *
     * @return whether to {@link #handOn} or to {@link #hold}
     */
    protected final boolean isWanted() {
        return readPending && queue.isEmpty() && pass < READ_BUDGET;
    }

    /**
     * Gives bytes to the reader.
     *
     * @param data the bytes, which the reader then owns
     */
    protected final void handOn(ByteBuf data) {
        int length = data.readableBytes();
        if (pass == 0) {
            touched();
        }
        pass += Math.max(length, 1);
        handedOn += length;
        pipeline().fireChannelRead(data);
    }

    /**
     * Lets bytes wait for the reader.
     *
     * @param data the bytes, which this channel then owns
     */
    protected final void hold(ByteBuf data) {
        queue.add(data);
        queued += data.readableBytes();
    }

    /** Drops what waits. */
    protected final void releaseQueue() {
        ByteBuf data;
        while ((data = queue.poll()) != null) {
            data.release();
        }
        int dropped = queued;
        queued = 0;
        taken(dropped);
    }

    /**
     * Notes that nothing more comes in; {@link #deliverEnd} tells it.
     *
     * @return whether that is news
     */
    protected final boolean endInput() {
        boolean news = !inputEnded;
        inputEnded = true;
        return news;
    }

    /** Tells the end of input, or the failure, unless something still waits for the reader. */
    protected final void deliverEnd() {
        if (closed || !inputEnded || !queue.isEmpty() || !isRegistered()) {
            return;
        }
        if (failure != null) {
            clean = false;
            pipeline().fireExceptionCaught(failure);
            unsafe().close(voidPromise());
            return;
        }
        if (!inputShutdown) {
            readComplete();
            inputShutdown = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (closesAfterInput() && !closed) {
            unsafe().close(voidPromise());
        }
    }

    /**
     * Cuts the flow: told after what waits.
     *
     * @param cause told to the reader
     * @return false if the channel is closed or cut already
     */
    protected final boolean fail(DialException cause) {
        if (closed || failure != null) {
            return false;
        }
        failure = cause;
        inputEnded = true;
        deliverEnd();
        return true;
    }

    /** Notes that the channel was never open: nobody has it, and there is nothing to close. */
    protected final void abandon() {
        closed = true;
    }

    /** Writes on: the connection takes bytes again. */
    protected final void resume() {
        ((StreamUnsafe) unsafe()).resume();
    }

    /**
     * Returns how much waits for the reader.
     *
     * @return bytes
     */
    public final int queued() {
        return queued;
    }

    /**
     * Returns how much the reader was given so far.
     *
     * @return bytes
     */
    public final long handedOn() {
        return handedOn;
    }

    /**
     * Says whether nothing more comes in.
     *
     * @return true from then on, also while something waits
     */
    public final boolean isInputEnded() {
        return inputEnded;
    }

    /**
     * Says whether the end of output is to follow what is written.
     *
     * @return true once output was shut down
     */
    protected final boolean endsOutput() {
        return outputShutdown;
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
        taken(passed);
        if (closed) {
            return;
        }
        if (passed > 0) {
            readPending = false;
            pipeline().fireChannelReadComplete();
        }
        deliverEnd();
    }

    // Channel.

    @Override
    protected final void doBeginRead() {
        readPending = true;
        if (!queue.isEmpty()) {
            scheduleDrain();
        } else if (inputEnded && (!inputShutdown || failure != null || closesAfterInput())) {
            eventLoop().execute(this::deliverEnd);
        }
    }

    @Override
    protected final Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        ReferenceCountUtil.release(message);
        throw new UnsupportedOperationException("a flow carries ByteBuf only");
    }

    @Override
    protected final void doClose() {
        if (closed) {
            return;
        }
        closed = true;
        releaseQueue();
        closeStream(clean);
    }

    @Override
    public final ChannelFuture shutdownOutput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            outputShutdown = true;
            ChannelOutboundBuffer out = unsafe().outboundBuffer();
            if (out == null || out.isEmpty()) {
                endOutput();
            }
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownOutput(promise));
        }
        return promise;
    }

    @Override
    public final ChannelFuture shutdownInput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            inputEnded = true;
            inputShutdown = true;
            releaseQueue();
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownInput(promise));
        }
        return promise;
    }

    @Override
    public final ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    @Override
    public final ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public final ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public final ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public final boolean isOutputShutdown() {
        return outputShutdown || closed;
    }

    @Override
    public final boolean isInputShutdown() {
        return inputShutdown || closed;
    }

    @Override
    public final boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final boolean isActive() {
        return !closed;
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    protected final boolean isCompatible(EventLoop loop) {
        return parent().eventLoop().equals(loop);
    }

    @Override
    protected final SocketAddress localAddress0() {
        return parent().localAddress();
    }

    @Override
    protected final void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a flow is not bound");
    }

    @Override
    protected final void doDisconnect() {
        doClose();
    }

    private final class StreamUnsafe extends AbstractUnsafe {
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
