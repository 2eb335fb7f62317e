package io.kubetun.kube.portforward;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Listens on loopback and forwards to a pod, to measure the transport alone: {@code PlainForward KUBECONFIG NAMESPACE
 * POD LOOPS FORMAT LOCAL:REMOTE…}.
 */
final class PlainForward {
    private PlainForward() {}

    static void main(String[] args) throws Exception {
        SocketTransport transport = new SocketTransport(Integer.parseInt(args[3]));
        Optional<WireFormat> format =
                "auto".equals(args[4]) ? Optional.empty() : Optional.of(WireFormat.valueOf(args[4]));
        PortForwarder forwarder = new PortForwarder(
                new KubeconfigServer(Path.of(args[0])),
                new ClusterEnvironment("plain", transport, new RecordedEvents(), line -> {}, Map.of()),
                format);
        for (int i = 5; i < args.length; i++) {
            String[] ports = args[i].split(":", 2);
            listen(
                    transport,
                    forwarder,
                    Integer.parseInt(ports[0]),
                    new PodPort(args[1], args[2], Integer.parseInt(ports[1])));
        }
        System.out.println("ready");
    }

    private static void listen(SocketTransport transport, PortForwarder forwarder, int port, PodPort pod)
            throws InterruptedException {
        new ServerBootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.listeners())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(2048, 16384, 128 << 10))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(256 << 10, 1 << 20))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        forwarder.dial(pod, client.eventLoop()).addListener(dialled -> {
                            if (dialled.isSuccess()) {
                                Splice.join(client, (Channel) dialled.getNow());
                            } else {
                                System.err.println(dialled.cause().getMessage());
                                client.config().setOption(ChannelOption.SO_LINGER, 0);
                                client.close();
                            }
                        });
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync();
    }
}
