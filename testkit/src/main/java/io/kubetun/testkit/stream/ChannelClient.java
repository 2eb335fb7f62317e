package io.kubetun.testkit.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import java.nio.charset.StandardCharsets;

/** One port of a {@link PortChannels}. */
final class ChannelClient implements ForwardClient {
    private final ChannelHandlerContext context;
    private final int dataChannel;
    private final PortChannels channels;

    ChannelClient(ChannelHandlerContext context, int dataChannel, PortChannels channels) {
        this.context = context;
        this.dataChannel = dataChannel;
        this.channels = channels;
    }

    void announce(int port) {
        send(dataChannel, Unpooled.buffer(2).writeShortLE(port));
        send(dataChannel + 1, Unpooled.buffer(2).writeShortLE(port));
    }

    private void send(int channel, ByteBuf bytes) {
        ByteBuf number = context.alloc().buffer(1).writeByte(channel);
        context.write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(number, bytes)));
    }

    @Override
    public void data(ByteBuf bytes) {
        send(dataChannel, bytes);
    }

    @Override
    public void flush() {
        context.flush();
    }

    @Override
    public void podReady() {
        channels.drain(context);
    }

    @Override
    public void error(String message) {
        send(dataChannel + 1, Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
    }

    @Override
    public void ended() {
        context.flush();
        channels.ended(context);
    }

    @Override
    public boolean writable() {
        return context.channel().isWritable();
    }
}
