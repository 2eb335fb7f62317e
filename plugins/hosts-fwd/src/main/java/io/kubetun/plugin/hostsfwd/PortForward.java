package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.DialException;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.util.Set;

/**
 * What happens to each connection accepted on one port: it is dialled and joined, or reset. A connection's failure is
 * its own; nothing here outlives it. Nothing is read from the client before the cluster has answered.
 */
@Sharable
final class PortForward extends ChannelInitializer<Channel> {
    private final SessionContext context;
    private final Set<Channel> clients;
    private final FailureNotice failures;
    private volatile Target target;

    /**
     * Makes the forward of a port.
     *
     * @param context the session
     * @param clients where the open connections of the mode are kept
     * @param failures told of dials
     * @param target where it leads until {@link #lead} says otherwise
     */
    PortForward(SessionContext context, Set<Channel> clients, FailureNotice failures, Target target) {
        this.context = context;
        this.clients = clients;
        this.failures = failures;
        this.target = target;
    }

    Target target() {
        return target;
    }

    /** From now on new connections lead there. */
    void lead(Target to) {
        target = to;
    }

    @Override
    protected void initChannel(Channel client) {
        client.config().setAutoRead(false);
        client.pipeline().addLast(new Waiting());
        clients.add(client);
        client.closeFuture().addListener(_ -> clients.remove(client));
        client.eventLoop().execute(() -> dial(client));
    }

    private void dial(Channel client) {
        Target to = target;
        Future<Channel> dialled = context.dialer().dial(to, client.eventLoop());
        dialled.addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                failures.succeeded();
                join(client, done.getNow(), to);
            } else {
                failures.failed(done.cause());
                reset(client);
            }
        });
    }

    private void join(Channel client, Channel remote, Target to) {
        if (client.isActive()) {
            client.pipeline().remove(Waiting.class);
            context.flows().join(client, remote, to);
        } else {
            remote.close();
        }
    }

    private static void reset(Channel client) {
        client.config().setOption(ChannelOption.SO_LINGER, 0);
        client.close();
    }

    /** Stands in the pipeline until the flow is joined. */
    private static final class Waiting extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** Told how the dials of one port go. Called on event loops. */
    interface FailureNotice {
        /** A dial led to an open flow. */
        void succeeded();

        /**
         * A dial failed.
         *
         * @param cause a {@link DialException}, or something unexpected
         */
        void failed(Throwable cause);
    }
}
