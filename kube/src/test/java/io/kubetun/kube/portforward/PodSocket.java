package io.kubetun.kube.portforward;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A connection into the "pod", cut one second after the client's end as containerd does. */
final class PodSocket extends ChannelInboundHandlerAdapter {
    private final Client client;
    private final ChannelHandlerContext wire;
    private final ChannelFuture connected;
    private boolean over;

    PodSocket(SocketTransport transport, ChannelHandlerContext wire, int port, Client client) {
        this.client = client;
        this.wire = wire;
        this.connected = new Bootstrap()
                .group(wire.channel().eventLoop())
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, true)
                .handler(this)
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                end("error forwarding port " + port + ": dial tcp4 127.0.0.1:" + port
                        + ": connect: connection refused");
            }
        });
    }

    void write(ByteBuf bytes) {
        if (connected.isDone()) {
            connected.channel().writeAndFlush(bytes);
        } else {
            connected.addListener(done -> connected.channel().writeAndFlush(bytes));
        }
    }

    void clientEnded() {
        wire.executor().schedule(this::close, 1, TimeUnit.SECONDS);
    }

    void close() {
        connected.channel().close();
    }

    private void end(String failure) {
        if (!over) {
            over = true;
            client.ended(failure);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        client.data((ByteBuf) msg);
        backPressure(ctx.channel());
    }

    /** Reads no more while the connection to the client takes no more. */
    private void backPressure(Channel pod) {
        if (!wire.channel().isWritable()) {
            pod.config().setAutoRead(false);
            wire.executor().schedule(() -> resume(pod), 1, TimeUnit.MILLISECONDS);
        }
    }

    private void resume(Channel pod) {
        if (wire.channel().isWritable()) {
            pod.config().setAutoRead(true);
        } else {
            wire.executor().schedule(() -> resume(pod), 1, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end("error forwarding: " + cause.getMessage());
        ctx.close();
    }

    /** The streams that the socket belongs to. */
    interface Client {
        /** Some bytes of the pod. */
        void data(ByteBuf bytes);

        /** The pod's side has ended, with an error message or an empty text. */
        void ended(String failure);
    }
}
