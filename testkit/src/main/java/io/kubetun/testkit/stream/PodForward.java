package io.kubetun.testkit.stream;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.Scope;
import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.link.FaultyLink;
import io.kubetun.testkit.runtime.PodRuntime;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection into a pod, as containerd makes it: dialled by the pod's loopback, copied both ways; when one way has
 * ended the other is cut a second later, and no FIN is passed on. Used on one event loop only.
 */
final class PodForward extends ChannelInboundHandlerAdapter {
    /** What entering the pod's network namespace takes. */
    private static final long DIAL_MILLIS = 1;

    private static final long CUT_MILLIS = 1000;
    private static final int COPY_BUFFER = 32 * 1024;

    private final PodRuntime pod;
    private final int port;
    private final ActiveFaults faults;
    private final EventLoop loop;
    private final ForwardClient client;
    private Optional<Channel> channel = Optional.empty();
    private Optional<String> failure = Optional.empty();
    private boolean oneWayEnded;
    private boolean over;

    PodForward(PodRuntime pod, int port, ActiveFaults faults, EventLoop loop, ForwardClient client) {
        this.pod = pod;
        this.port = port;
        this.faults = faults;
        this.loop = loop;
        this.client = client;
    }

    void start() {
        loop.schedule(this::dial, DIAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void dial() {
        if (over) {
            return;
        }
        boolean refused = faults.active(Fault.Refuse.class)
                .anyMatch(fault ->
                        fault.scope() instanceof Scope.Pods pods && pods.includes(pod.namespace(), pod.name()));
        Optional<Future<InetSocketAddress>> listener = refused ? Optional.empty() : pod.listener(port);
        if (pod.stopped()) {
            fail("network namespace for sandbox \"" + pod.sandbox() + "\" is closed");
        } else if (listener.isEmpty()) {
            fail(refusal());
        } else {
            listener.get()
                    .addListener((Future<InetSocketAddress> address) -> loop.execute(() -> {
                        if (address.isSuccess()) {
                            connect(address.getNow());
                        } else {
                            fail(refusal());
                        }
                    }));
        }
    }

    private void connect(InetSocketAddress address) {
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(COPY_BUFFER))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        created.pipeline()
                                .addLast(FaultyLink.pod(faults, pod.namespace(), pod.name()), PodForward.this);
                    }
                })
                .connect(address)
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        fail(refusal());
                    } else if (over) {
                        connected.channel().close();
                    }
                });
    }

    private String refusal() {
        return "failed to connect to localhost:" + port + " inside namespace \"" + pod.sandbox()
                + "\", IPv4: dial tcp4 127.0.0.1:" + port + ": connect: connection refused IPv6 dial tcp6: address"
                + " localhost: no suitable address found ";
    }

    /** Sends bytes to the pod, handed over. Only when {@link #writable}. */
    void write(ByteBuf bytes) {
        if (over || channel.isEmpty()) {
            bytes.release();
        } else {
            channel.get().writeAndFlush(bytes);
        }
    }

    boolean writable() {
        return over || channel.map(Channel::isWritable).orElse(false);
    }

    /** The client will send no more. */
    void clientEnded() {
        endOneWay();
    }

    /** The client, or its connection, has gone. */
    void cancel() {
        over = true;
        channel.ifPresent(Channel::close);
    }

    /** The client takes more bytes, or takes none. */
    void clientReady(boolean ready) {
        channel.ifPresent(open -> open.config().setAutoRead(ready));
    }

    private void endOneWay() {
        if (oneWayEnded) {
            end();
        } else {
            oneWayEnded = true;
            loop.schedule(this::end, CUT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void fail(String cause) {
        failure = Optional.of(cause);
        end();
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        channel.ifPresent(Channel::close);
        failure.ifPresent(cause -> client.error("error forwarding port " + port + " to pod " + pod.sandbox()
                + ", uid : failed to execute portforward in network namespace \"/var/run/netns/cni-"
                + pod.networkNamespace() + "\": " + cause));
        client.ended();
        client.podReady();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = Optional.of(ctx.channel());
        ctx.channel().config().setAutoRead(client.writable());
        client.podReady();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ((ByteBuf) message).release();
            return;
        }
        client.data((ByteBuf) message);
        if (!client.writable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        client.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            client.podReady();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            endOneWay();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = Optional.of("read tcp4 127.0.0.1:" + port + ": read: connection reset by peer");
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endOneWay();
    }
}
