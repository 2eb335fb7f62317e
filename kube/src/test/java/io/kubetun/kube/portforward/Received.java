package io.kubetun.kube.portforward;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.DialException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What came out of a flow: all of it up to 16 MB, then its count alone. */
final class Received extends ChannelInboundHandlerAdapter {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Channel channel;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long count;
    private boolean reading = true;
    private boolean ended;
    private boolean closed;
    private DialException failure;

    private Received(Channel channel) {
        this.channel = channel;
    }

    static Received from(Channel channel) {
        Received received = new Received(channel);
        channel.pipeline().addLast(received);
        channel.read();
        return received;
    }

    Channel channel() {
        return channel;
    }

    void write(byte[] data) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(data));
    }

    synchronized void stopReading() {
        reading = false;
    }

    synchronized void startReading() {
        reading = true;
        channel.read();
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    synchronized long count() {
        return count;
    }

    synchronized Optional<DialException> failure() {
        return Optional.ofNullable(failure);
    }

    void awaitBytes(long wanted) throws InterruptedException {
        await(() -> count >= wanted);
    }

    void awaitEnd() throws InterruptedException {
        await(() -> ended);
    }

    void awaitClosed() throws InterruptedException {
        await(() -> closed);
    }

    private synchronized void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            assertThat(left).as("still waiting after %d bytes", count).isPositive();
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public synchronized void channelRead(ChannelHandlerContext ctx, Object msg) throws IOException {
        ByteBuf data = (ByteBuf) msg;
        count += data.readableBytes();
        if (bytes.size() < 16_000_000) {
            data.readBytes(bytes, data.readableBytes());
        }
        data.release();
        notifyAll();
    }

    @Override
    public synchronized void channelReadComplete(ChannelHandlerContext ctx) {
        if (reading) {
            ctx.read();
        }
    }

    @Override
    public synchronized void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended = true;
            notifyAll();
        }
    }

    @Override
    public synchronized void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        notifyAll();
    }

    @Override
    public synchronized void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause instanceof DialException dial
                ? dial
                : new DialException(DialException.Reason.RESET, "not a DialException: " + cause, cause);
    }
}
