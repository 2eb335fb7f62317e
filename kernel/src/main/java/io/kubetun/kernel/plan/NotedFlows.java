package io.kubetun.kernel.plan;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Notes where a mode would listen and opens nothing, so that no flow ever comes. What only root may open, and no helper
 * is there for, is refused as a session would refuse it. Thread-safe.
 */
final class NotedFlows implements Flows {
    private final LowPorts lowPorts;
    private final boolean helper;
    private final List<InetSocketAddress> noted = new CopyOnWriteArrayList<>();

    NotedFlows(LowPorts lowPorts, boolean helper) {
        this.lowPorts = lowPorts;
        this.helper = helper;
    }

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException {
        return note(address);
    }

    @Override
    public FlowListener listenDatagrams(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        return note(address);
    }

    private FlowListener note(InetSocketAddress address) throws KubetunException {
        if (!helper && lowPorts.forbids(address.getPort())) {
            throw new KubetunException(
                    ErrorCode.NEEDS_ROOT,
                    "cannot listen on " + address,
                    "this user may not use a port that low",
                    "Start kubetun by sudo, or choose a port of " + lowPorts.first() + " or above");
        }
        noted.add(address);
        return new Noted(address);
    }

    @Override
    public void join(Channel client, Channel remote, Target target) {
        client.close();
        remote.close();
    }

    /** Each once, also if it is used for TCP and UDP. */
    List<InetSocketAddress> all() {
        return noted.stream().distinct().toList();
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
