package io.kubetun.plugin.tun;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API server on this machine's own loopback, as local clusters have it, at the same address of a network of the
 * session's own: kubectl in there reads the same kubeconfig. Thread-safe.
 */
final class ApiServerOnLoopback {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServerOnLoopback.class);
    private static final int HTTPS = 443;

    private final SessionContext session;
    private final List<FlowListener> listeners = new ArrayList<>();

    ApiServerOnLoopback(SessionContext session) {
        this.session = session;
    }

    /** Listens on those of its addresses that are of loopback; one that cannot be listened on there is left out. */
    synchronized void open(URI server, List<InetAddress> addresses) {
        int port = server.getPort() > 0 ? server.getPort() : HTTPS;
        for (InetAddress address : addresses) {
            if (address.isLoopbackAddress()) {
                try {
                    Accepted accepted = new Accepted(new Target.Address(address, port));
                    listeners.add(session.flows().listen(new InetSocketAddress(address, port), accepted));
                } catch (KubetunException e) {
                    LOG.warn("the API server is not reached at {} in the shell: {}", address, e.getMessage());
                }
            }
        }
    }

    synchronized void close() {
        listeners.forEach(FlowListener::close);
    }

    @Sharable
    private final class Accepted extends ChannelInitializer<Channel> {
        private final Target.Address target;

        Accepted(Target.Address target) {
            this.target = target;
        }

        @Override
        protected void initChannel(Channel client) {
            client.config().setAutoRead(false);
            Dialer outside = session.flows().outside();
            outside.dial(target, client.eventLoop()).addListener((Future<Channel> done) -> {
                if (done.isSuccess() && client.isActive()) {
                    session.flows().join(client, done.getNow(), target);
                } else if (done.isSuccess()) {
                    done.getNow().close();
                } else {
                    client.config().setOption(ChannelOption.SO_LINGER, 0);
                    client.close();
                }
            });
        }
    }
}
