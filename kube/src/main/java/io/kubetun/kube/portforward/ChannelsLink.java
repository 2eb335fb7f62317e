package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A connection for one flow in the format {@code v4.channel.k8s.io}: the first byte of a message says data (0) or error
 * (1), and the first message of each of the two carries the port. There is no half-close: our end of the flow is the
 * end of the connection.
 */
final class ChannelsLink extends Link {
    private static final int DATA = 0;
    private static final int ERROR = 1;

    private final WebSocketFrames frames;
    private final int port;
    private final int[] portBytes = {2, 2};
    private Optional<PodChannel> flow = Optional.empty();
    private ChannelHandlerContext context;
    private boolean used;
    private boolean inMessage;
    private int kind;

    ChannelsLink(Channel channel, Owner owner, WebSocketFrames frames, int port) {
        super(channel, owner);
        this.frames = frames;
        this.port = port;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        super.handlerAdded(ctx);
        context = ctx;
    }

    @Override
    void open(PodChannel newFlow) {
        used = true;
        flow = Optional.of(newFlow);
        if (portBytes[DATA] == 0) {
            newFlow.dial().accepted();
        }
    }

    @Override
    void send(PodChannel sender, ByteBuf data) {
        sent(data.readableBytes());
        while (data.readableBytes() > WebSocketFrames.MAX_MESSAGE) {
            message(data.readRetainedSlice(WebSocketFrames.MAX_MESSAGE));
        }
        message(data);
    }

    private void message(ByteBuf payload) {
        CompositeByteBuf message = context.alloc()
                .compositeBuffer(2)
                .addComponent(true, context.alloc().heapBuffer(1).writeByte(DATA))
                .addComponent(true, payload);
        context.write(message, context.voidPromise());
    }

    @Override
    void sendFin(PodChannel sender) {
        if (!sender.stream().isFinSent()) {
            sender.stream().finSent();
            podEnded();
            hangUp();
        }
    }

    /** The connection ends, and with it the flow. */
    private void podEnded() {
        flow.ifPresent(open -> {
            open.stream().dataEnded();
            open.stream().errorEnded();
            open.podEnded();
            ended(open);
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (isSound()) {
            podEnded();
        }
        super.channelInactive(ctx);
    }

    @Override
    void end(PodChannel ended, boolean clean) {
        hangUp();
    }

    private void hangUp() {
        frames.writeClose(context.pipeline().context(frames));
        channel().flush();
        drain();
        channel().close();
    }

    @Override
    void ping() {
        frames.writePing(context.pipeline().context(frames));
    }

    @Override
    void read(Object msg) throws Exception {
        if (msg == WebSocketFrames.Mark.MESSAGE) {
            inMessage = false;
        } else if (msg == WebSocketFrames.Mark.CLOSED) {
            podEnded();
            channel().close();
        } else if (msg instanceof ByteBuf bytes) {
            received(bytes);
        }
    }

    private void received(ByteBuf bytes) throws ProtocolException {
        if (!inMessage && bytes.isReadable()) {
            kind = bytes.readByte();
            inMessage = true;
            if (kind != DATA && kind != ERROR) {
                bytes.release();
                throw new ProtocolException("a message for channel " + kind);
            }
        }
        if (portBytes[kind] > 0) {
            int skipped = Math.min(portBytes[kind], bytes.readableBytes());
            bytes.skipBytes(skipped);
            portBytes[kind] -= skipped;
            if (kind == DATA && portBytes[DATA] == 0) {
                flow.ifPresent(open -> open.dial().accepted());
            }
        }
        if (!bytes.isReadable() || flow.isEmpty()) {
            bytes.release();
        } else if (kind == DATA) {
            flow.get().received(bytes);
        } else {
            PodChannel failed = flow.get();
            failed.stream().say(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
            failed.cut(DialFailures.fromPod(failed));
        }
    }

    @Override
    void remove(PodChannel gone) {
        flow = Optional.empty();
    }

    @Override
    List<PodChannel> allFlows() {
        return flow.stream().toList();
    }

    @Override
    int flows() {
        return flow.isPresent() ? 1 : 0;
    }

    @Override
    boolean accepts(int wanted) {
        return !used && wanted == port && isUsable();
    }
}
