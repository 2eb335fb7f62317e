package io.kubetun.kernel.flow;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback, and the flows that lead to it. */
final class FlowsFixture implements AutoCloseable {
    final NettyTransport transport;
    final EventBus events = new EventBus();
    final FlowCounts counts = new FlowCounts();
    final List<String> told = new CopyOnWriteArrayList<>();
    final ServerSocket server;
    final SessionFlows flows;
    final CountingDialer dialer;
    final InetSocketAddress entrance;

    FlowsFixture(boolean epoll, int maxFlows) throws IOException, KubetunException {
        transport = new NettyTransport(2, NettyTransport.pool(2), epoll);
        server = new ServerSocket(0, 100, InetAddress.ofLiteral("127.0.0.1"));
        flows = new SessionFlows("a1b2", transport, new LoopbackHost(), counts, maxFlows, events, told::add);
        dialer = new CountingDialer("a1b2", new LoopbackDialer(transport), counts, maxFlows, events);
        entrance = listen(new Target.Address(server.getInetAddress(), server.getLocalPort()));
    }

    InetSocketAddress listen(Target target) throws KubetunException {
        return flows.listen(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                        new ForwardingHandler(flows, dialer, target))
                .address();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(entrance.getAddress(), entrance.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    Socket accept() throws IOException {
        return accept(10_000);
    }

    Socket accept(int millis) throws IOException {
        server.setSoTimeout(millis);
        Socket socket = server.accept();
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Override
    public void close() throws IOException {
        flows.close();
        transport.close();
        events.close();
        server.close();
    }
}
