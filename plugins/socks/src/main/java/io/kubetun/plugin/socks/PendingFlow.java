package io.kubetun.plugin.socks;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client whose target is being dialled. Keeps what it already sends (a TLS hello, mostly) for the target, up to a
 * limit, and goes on reading up to there, because only a channel that is read tells that its peer has gone.
 */
final class PendingFlow extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(PendingFlow.class);
    private static final int MAX_PIECES = 1024;

    private final SessionContext session;
    private final Target target;
    private final FlowReply reply;
    private final Limits limits;
    private CompositeByteBuf early;
    private boolean inputShut;

    PendingFlow(SessionContext session, Target target, FlowReply reply, Limits limits) {
        this.session = session;
        this.target = target;
        this.reply = reply;
        this.limits = limits;
    }

    /** Begins, when this is the client's only handler. */
    void dial(Channel client) {
        session.dialer().dial(target, client.eventLoop()).addListener((Future<Channel> dialled) -> {
            if (dialled.isSuccess()) {
                opened(client, dialled.getNow());
            } else if (client.isActive()) {
                refused(client, failure(dialled.cause()));
            }
        });
    }

    /** Keeps bytes for the target, in the order of the calls. Takes the buffer. */
    void keep(Channel client, ByteBuf bytes) {
        if (early == null) {
            early = client.alloc().compositeBuffer(MAX_PIECES);
        }
        early.addFlattenedComponents(true, bytes);
        if (early.readableBytes() >= limits.earlyBytes()) {
            client.config().setAutoRead(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            keep(context.channel(), bytes);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShut = true; // it may still want the answer to what it has sent
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            drop();
        }
    }

    private void opened(Channel client, Channel remote) {
        if (client.isActive()) {
            client.writeAndFlush(reply.opened(client.alloc()));
        }
        if (!client.isActive()) {
            remote.close();
            drop();
            return;
        }
        ByteBuf first = early;
        early = null;
        client.pipeline().remove(this);
        client.config().setAutoRead(true);
        if (inputShut) { // the join passes on the end at once, so these bytes must be there before it
            if (first != null) {
                remote.write(first);
            }
            session.flows().join(client, remote, target);
            client.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            return;
        }
        session.flows().join(client, remote, target);
        if (first != null) {
            client.pipeline().fireChannelRead(first).fireChannelReadComplete();
        }
    }

    private void refused(Channel client, DialException failure) {
        LOG.debug("no flow to {}: {}", target, failure.getMessage());
        drop();
        LingeringClose last = new LingeringClose(limits.lingerTime());
        client.pipeline().replace(this, null, last);
        last.answer(client, reply.refused(failure, client.alloc()));
    }

    private DialException failure(Throwable cause) {
        return switch (cause) {
            case DialException known -> known;
            case CancellationException e ->
                new DialException(Reason.CLUSTER_LOST, "the session ended while " + target + " was dialled", e);
            default -> {
                LOG.warn("the dial to {} failed in an unforeseen way", target, cause);
                yield new DialException(Reason.UNREACHABLE, target + " cannot be reached", cause);
            }
        };
    }

    private void drop() {
        if (early != null) {
            early.release();
            early = null;
        }
    }
}
