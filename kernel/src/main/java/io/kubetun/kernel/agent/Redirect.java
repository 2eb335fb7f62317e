package io.kubetun.kernel.agent;

import io.kubetun.kernel.flow.HeldReads;
import io.kubetun.kernel.link.Relay;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the rules redirect, or Services lead to an entrance: each connection goes to the laptop or to where it wanted to go,
 * with its first bytes held meanwhile. One that neither has brought is reset. Used on its loop only.
 */
final class Redirect extends ChannelInitializer<SocketChannel> {
    private final AgentSettings settings;
    private final Lead lead;
    private int flows;

    Redirect(AgentSettings settings, Lead lead) {
        this.settings = settings;
        this.lead = lead;
    }

    int flows() {
        return flows;
    }

    @Override
    protected void initChannel(SocketChannel client) {
        Optional<InetSocketAddress> original = original(client);
        if (original.isEmpty() || flows >= settings.maxFlows()) {
            Relay.cut(client);
            return;
        }
        flows++;
        client.closeFuture().addListener(end -> flows--);
        InetSocketAddress to = original.get();
        InetSocketAddress from = client.remoteAddress();
        List<String> paths = settings.probePaths(to.getPort());
        if (paths.isEmpty()) {
            client.pipeline().addLast(new HeldReads());
            join(client, lead.connect(to, from));
        } else {
            // The tap first: what it reads waits in the second.
            client.pipeline()
                    .addLast(
                            new ProbeTap(
                                    paths,
                                    probe -> join(client, probe ? lead.original(to, from) : lead.connect(to, from))),
                            new HeldReads());
        }
    }

    private Optional<InetSocketAddress> original(SocketChannel client) {
        InetSocketAddress here = client.localAddress();
        return settings.hasRules()
                ? OriginalDestination.of(client)
                : Optional.ofNullable(settings.entrances().get(here.getPort()))
                        .map(port -> new InetSocketAddress(here.getAddress(), port));
    }

    private static void join(SocketChannel client, Future<Channel> way) {
        way.addListener((Future<Channel> found) -> {
            if (found.isSuccess()) {
                Relay.join(client, (DuplexChannel) found.getNow());
            } else {
                Relay.cut(client);
            }
        });
    }
}
