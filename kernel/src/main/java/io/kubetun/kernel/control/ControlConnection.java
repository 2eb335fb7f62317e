package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: a request is read on the event loop and answered on a virtual thread, which may block. */
final class ControlConnection extends SimpleChannelInboundHandler<String> implements Replies {
    /** How long a client may take to say what it wants. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

    private final ControlCommands commands;
    private final Channel channel;
    private Optional<ScheduledFuture<?>> silence = Optional.empty();
    private boolean asked;

    ControlConnection(ControlCommands commands, Channel channel) {
        this.commands = commands;
        this.channel = channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        silence = Optional.of(
                context.executor().schedule(() -> channel.close(), LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) throws IOException {
        silence.ifPresent(timer -> timer.cancel(false));
        if (asked) {
            throw new IOException("a second request on one connection");
        }
        asked = true;
        Config request = ControlMessage.decode(line);
        Thread.ofVirtual().name("control-request").start(() -> commands.answer(request, this));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        silence.ifPresent(timer -> timer.cancel(false));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a control request failed", cause);
        channel.close();
    }

    @Override
    public void send(Map<String, Object> line) {
        if (channel.isWritable()) {
            channel.writeAndFlush(ControlMessage.encode(line));
        }
    }

    @Override
    public void end(Map<String, Object> line) {
        channel.writeAndFlush(ControlMessage.encode(line)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void onGone(Runnable action) {
        channel.closeFuture().addListener(closed -> action.run());
    }
}
