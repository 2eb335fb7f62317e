package io.kubetun.kernel.plan;

import io.kubetun.spi.Flows;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes where a mode would listen and opens nothing, so that no flow ever comes. Thread-safe. */
final class NotedFlows implements Flows {
    private final List<InetSocketAddress> noted = new CopyOnWriteArrayList<>();

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) {
        noted.add(address);
        return new Noted(address);
    }

    @Override
    public void join(Channel client, Channel remote, Target target) {
        client.close();
        remote.close();
    }

    List<InetSocketAddress> all() {
        return List.copyOf(noted);
    }

    private final class Noted implements FlowListener {
        private final InetSocketAddress address;

        Noted(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void close() {
            noted.remove(address);
        }
    }
}
