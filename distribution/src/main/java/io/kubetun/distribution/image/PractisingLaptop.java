package io.kubetun.distribution.image;

import io.kubetun.kernel.agent.AgentHandshake;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.link.LinkServer;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.kernel.link.SocketEgress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What an agent meets, all on loopback: a laptop that links to it, somebody who asks, and an original that answers. */
final class PractisingLaptop implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int LIMIT_MILLIS = 10_000;
    private static final int ASKED = 8;
    private static final String REQUEST =
            "GET %s HTTP/1.1\r\nHost: practice\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n";
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final KeyPair key;
    private final ServerSocket original = new ServerSocket(0, ASKED, LOOPBACK);
    private final List<Integer> ports;
    private final NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));

    PractisingLaptop() throws IOException {
        try {
            key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        ports = freePorts();
        Thread.startVirtualThread(this::answer);
    }

    /** For the links, to be ready at, and to be asked at. */
    private static List<Integer> freePorts() throws IOException {
        List<Integer> ports = new ArrayList<>();
        try (ServerSocket one = new ServerSocket(0, 1, LOOPBACK);
                ServerSocket two = new ServerSocket(0, 1, LOOPBACK);
                ServerSocket three = new ServerSocket(0, 1, LOOPBACK)) {
            ports.addAll(List.of(one.getLocalPort(), two.getLocalPort(), three.getLocalPort()));
        }
        return ports;
    }

    /** What the agent has in its environment. */
    Map<String, String> settingsOfAgent() {
        return Map.of(
                "KUBETUN_AGENT_KEY",
                Base64.getEncoder().encodeToString(key.getPublic().getEncoded()),
                "KUBETUN_AGENT_PORT",
                ports.get(0).toString(),
                "KUBETUN_AGENT_REDIRECT",
                ports.get(1).toString(),
                "KUBETUN_AGENT_ENTRANCES",
                ports.get(2) + "=" + original.getLocalPort(),
                "KUBETUN_AGENT_PROBES",
                "http:" + original.getLocalPort() + ":/ready",
                "KUBETUN_AGENT_POD_IPS",
                "127.0.0.2");
    }

    private void answer() {
        while (true) {
            try (Socket asked = original.accept()) {
                asked.setSoTimeout(LIMIT_MILLIS);
                asked.getInputStream().read(new byte[REQUEST.length() * 2]);
                asked.getOutputStream().write(ANSWER);
            } catch (IOException closed) {
                if (original.isClosed()) {
                    return;
                }
            }
        }
    }

    /** Has it do what agents do: before there is a link, with one, and for the kubelet. */
    void practise() throws IOException, InterruptedException {
        ask("/", "practice");
        try (SocketEgress egress = new SocketEgress(transport, InetAddress::isLoopbackAddress);
                LinkServer link = new LinkServer(egress, LinkSettings.ofSession())) {
            link.accept(proven());
            for (int i = 0; i < ASKED; i++) {
                ask("/", "practice");
                ask("/ready", "kube-probe/1");
            }
        }
    }

    private Channel proven() throws IOException, InterruptedException {
        Channel dialled = new Bootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(LOOPBACK, ports.get(0))
                .syncUninterruptibly()
                .channel();
        var proof = AgentHandshake.prove(dialled, key.getPrivate());
        if (!proof.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS) || !proof.isSuccess()) {
            throw new IOException("the agent does not link", proof.cause());
        }
        return proof.getNow();
    }

    private void ask(String path, String agent) throws IOException {
        try (Socket asking = new Socket()) {
            asking.setSoTimeout(LIMIT_MILLIS);
            asking.connect(new InetSocketAddress(LOOPBACK, ports.get(2)), LIMIT_MILLIS);
            asking.getOutputStream().write(REQUEST.formatted(path, agent).getBytes(StandardCharsets.US_ASCII));
            asking.getInputStream().readAllBytes();
        }
    }

    @Override
    public void close() {
        transport.close();
        try {
            original.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
