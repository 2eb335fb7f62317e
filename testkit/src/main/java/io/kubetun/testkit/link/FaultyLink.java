package io.kubetun.testkit.link;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.Scope;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** First handler of a connection: does to its bytes what the faults in force say. */
public final class FaultyLink extends ChannelDuplexHandler {
    static final AttributeKey<FaultyLink> LINK = AttributeKey.valueOf(FaultyLink.class, "link");
    /** Bytes held back from one direction; beyond it reading stops, or the channel is no longer writable. */
    private static final int HELD_LIMIT = 1 << 20;

    private static final int WRITABILITY_INDEX = 3;

    private final ActiveFaults faults;
    private final Predicate<Scope> scope;
    private final boolean stream;
    private ChannelHandlerContext context;
    private DelayLine inbound;
    private DelayLine outbound;
    private boolean stalled;
    private boolean dropping;
    private boolean dead;
    private boolean readHeld;
    private long latencyNanos;
    private int bytesPerSecond;

    private FaultyLink(ActiveFaults faults, Predicate<Scope> scope, boolean stream) {
        this.faults = faults;
        this.scope = scope;
        this.stream = stream;
    }

    /**
     * A link between a client and the API server.
     *
     * @param faults the faults in force
     * @return its handler
     */
    public static FaultyLink api(ActiveFaults faults) {
        return new FaultyLink(faults, Scope.Api.class::isInstance, true);
    }

    /**
     * A link into a pod.
     *
     * @param faults the faults in force
     * @param namespace the pod's namespace
     * @param pod the pod's name
     * @return its handler
     */
    public static FaultyLink pod(ActiveFaults faults, String namespace, String pod) {
        return new FaultyLink(
                faults, scope -> scope instanceof Scope.Pods pods && pods.includes(namespace, pod), false);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        inbound = new DelayLine(ctx.executor(), this::resumeReading);
        outbound = new DelayLine(ctx.executor(), () -> {
            writable(true);
            ctx.flush();
        });
        faults.add(this, ctx.channel());
        refresh();
    }

    /** Looks again which faults are in force. On the link's loop only. */
    void refresh() {
        latencyNanos = faults.active(Fault.Latency.class)
                .filter(fault -> scope.test(fault.scope()))
                .mapToLong(fault -> fault.oneWay().toNanos())
                .sum();
        bytesPerSecond = faults.active(Fault.SlowReader.class)
                .filter(fault -> scope.test(fault.scope()))
                .mapToInt(Fault.SlowReader::bytesPerSecond)
                .min()
                .orElse(0);
        dropping = faults.active(Fault.Drop.class).anyMatch(fault -> scope.test(fault.scope()));
        stalled = faults.active(Fault.Stall.class).anyMatch(fault -> scope.test(fault.scope()));
        inbound.stall(stalled);
        outbound.stall(stalled);
        if (!stalled) {
            resumeReading();
        }
        if (context.channel().isActive() && resetting()) {
            reset();
        }
    }

    private boolean resetting() {
        return faults.active(Fault.Reset.class).anyMatch(fault -> scope.test(fault.scope()));
    }

    private void reset() {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context.close();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        boolean refused = stream && faults.active(Fault.Refuse.class).anyMatch(fault -> scope.test(fault.scope()));
        if (refused || resetting()) {
            reset();
        } else {
            ctx.fireChannelActive();
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (stalled || inbound.bytes() > HELD_LIMIT) {
            readHeld = true;
        } else {
            ctx.read();
        }
    }

    private void resumeReading() {
        if (readHeld) {
            readHeld = false;
            context.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (swallow()) {
            ReferenceCountUtil.release(message);
        } else if (!stalled && latencyNanos == 0 && inbound.isEmpty()) {
            ctx.fireChannelRead(message);
        } else {
            Runnable deliver = () -> {
                ctx.fireChannelRead(message);
                ctx.fireChannelReadComplete();
            };
            inbound.add(latencyNanos, size(message), deliver, () -> ReferenceCountUtil.release(message));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (inbound.isEmpty()) {
            ctx.fireUserEventTriggered(event);
        } else {
            inbound.add(latencyNanos, 0, () -> ctx.fireUserEventTriggered(event), () -> {});
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inbound.flush();
        outbound.discard();
        ctx.fireChannelInactive();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (swallow()) {
            ReferenceCountUtil.release(message);
            promise.trySuccess();
        } else if (!stalled && latencyNanos == 0 && bytesPerSecond == 0 && outbound.isEmpty()) {
            ctx.write(message, promise);
        } else {
            int size = size(message);
            long slow = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(outbound.bytes() + size) / bytesPerSecond;
            Runnable discard = () -> {
                ReferenceCountUtil.release(message);
                promise.tryFailure(new ClosedChannelException());
            };
            outbound.add(latencyNanos + slow, size, () -> ctx.writeAndFlush(message, promise), discard);
            if (outbound.bytes() > (bytesPerSecond == 0 ? HELD_LIMIT : 0)) {
                writable(false);
            }
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (outbound.isEmpty() || stalled || !ctx.channel().isActive()) {
            outbound.discard();
            ctx.close(promise);
        } else {
            outbound.add(0, 0, () -> ctx.close(promise), () -> ctx.close(promise));
        }
    }

    private boolean swallow() {
        dead |= dropping && stream;
        return dead || dropping;
    }

    private void writable(boolean writable) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        if (buffer != null) {
            buffer.setUserDefinedWritability(WRITABILITY_INDEX, writable);
        }
    }

    private static int size(Object message) {
        return message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    }
}
