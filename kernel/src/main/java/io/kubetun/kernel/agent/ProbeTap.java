package io.kubetun.kernel.agent;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads the beginning of a connection until it is known whether the kubelet sends it, and passes all of it on; what comes
 * behind it keeps it. Decides once: when it knows, when there is more than 8 KB, when the client has ended, after 1 s.
 */
final class ProbeTap extends ChannelInboundHandlerAdapter {
    private static final long LIMIT_MILLIS = 1_000;

    private final List<String> paths;
    private final Consumer<Boolean> decided;
    private final StringBuilder head = new StringBuilder();
    private Future<?> timer;
    private boolean done;

    /**
     * Makes one.
     *
     * @param paths that probes ask for
     * @param decided told once, on the loop, whether it is a probe
     */
    ProbeTap(List<String> paths, Consumer<Boolean> decided) {
        this.paths = paths;
        this.decided = decided;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        timer = context.executor().schedule(() -> decide(context, false), LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        context.fireChannelActive();
        // From here: whoever is behind this has not asked.
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!done) {
            head.append(((ByteBuf) message).toString(StandardCharsets.ISO_8859_1));
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (!done) {
            switch (ProbeRequest.in(head, paths)) {
                case PROBE -> decide(context, true);
                case OTHER -> decide(context, false);
                case UNKNOWN -> context.read();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event instanceof ChannelInputShutdownEvent) {
            decide(context, false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        context.fireChannelInactive();
        decide(context, false);
    }

    private void decide(ChannelHandlerContext context, boolean probe) {
        if (!done) {
            done = true;
            if (timer != null) {
                timer.cancel(false);
            }
            if (!context.isRemoved()) {
                context.pipeline().remove(this);
            }
            decided.accept(probe);
        }
    }
}
