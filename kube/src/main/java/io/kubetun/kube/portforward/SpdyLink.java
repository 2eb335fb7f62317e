package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection that speaks SPDY/3.1 as the kubelet's port-forward does: for each flow an error stream, which we half
 * close at once, and a data stream, opened together with the first data in one flight. Flow {@code n} has the streams
 * {@code 4n+1} (error) and {@code 4n+3} (data). There is no flow control, and no positive answer to a dial.
 *
 * @see <a href="https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/httpstream.go">the
 *     kubelet's side</a>
 */
final class SpdyLink extends Link implements SpdyFrameParser.Frames {
    /** A payload up to this size is copied behind its header: cheaper than a buffer of its own. */
    private static final int COPY_BYTES = 4 << 10;

    private static final int MAX_FRAME = 1 << 20;
    private static final int MAX_FLOW = (Integer.MAX_VALUE >>> 2) - 1;
    private static final int RST_STREAM = 3;
    private static final int CANCEL = 5;
    private static final int PING = 6;
    private static final int FLAG_FIN = 1;
    /** How long the rest of an error message may take after its first bytes. */
    private static final int MESSAGE_MILLIS = 3;
    /** How long an error message may take after the end of a data stream that carried nothing. */
    private static final int MESSAGE_AFTER_END_MILLIS = 20;

    private final SpdyFrameParser parser = new SpdyFrameParser(this);
    private final IntObjectMap<PodChannel> flows = new IntObjectHashMap<>();
    private ChannelHandlerContext context;
    private int nextFlow;
    private int nextPing = 1;

    SpdyLink(Channel channel, Owner owner) {
        super(channel, owner);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        super.handlerAdded(ctx);
        context = ctx;
    }

    // Outbound.

    @Override
    void open(PodChannel flow) {
        int number = nextFlow++;
        flow.stream().id(number);
        flows.put(number, flow);
        String port = Integer.toString(flow.pod().port());
        synStream(number * 4 + 1, "error", port, number);
        synStream(number * 4 + 3, "data", port, number);
        if (number >= MAX_FLOW) {
            owner().draining(this);
            drain();
        }
    }

    private void synStream(int stream, String type, String port, int number) {
        SpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(stream, 0, (byte) 0, false);
        frame.setLast("error".equals(type));
        frame.headers().set("streamtype", type).set("port", port).set("requestid", Integer.toString(number));
        channel().write(frame, channel().voidPromise());
    }

    @Override
    void send(PodChannel flow, ByteBuf data) {
        sent(data.readableBytes());
        int stream = flow.stream().id() * 4 + 3;
        while (data.readableBytes() > MAX_FRAME) {
            frame(stream, 0, data.readRetainedSlice(MAX_FRAME));
        }
        frame(stream, 0, data);
    }

    private void frame(int stream, int flags, ByteBuf payload) {
        int length = payload.readableBytes();
        boolean copy = length <= COPY_BYTES;
        ByteBuf header = context.alloc().heapBuffer(copy ? 8 + length : 8);
        header.writeInt(stream).writeInt(flags << 24 | length);
        if (copy) {
            header.writeBytes(payload);
            payload.release();
            write(header);
        } else {
            write(header);
            write(payload);
        }
    }

    @Override
    void sendFin(PodChannel flow) {
        if (!flow.stream().isFinSent()) {
            flow.stream().finSent();
            write(context.alloc()
                    .heapBuffer(8)
                    .writeInt(flow.stream().id() * 4 + 3)
                    .writeInt(FLAG_FIN << 24));
        }
    }

    @Override
    void end(PodChannel flow, boolean clean) {
        if (clean) {
            sendFin(flow);
        }
        if (!clean || !flow.isInputEnded()) {
            int stream = flow.stream().id() * 4 + 3;
            write(control(RST_STREAM, 8).writeInt(stream).writeInt(CANCEL));
        }
    }

    @Override
    void ping() {
        writePing(nextPing);
        nextPing += 2;
    }

    private void writePing(int id) {
        write(control(PING, 4).writeInt(id));
        outbox().flushSoon();
    }

    private ByteBuf control(int type, int length) {
        return context.alloc()
                .heapBuffer(8 + length)
                .writeShort(0x8003)
                .writeShort(type)
                .writeInt(length);
    }

    private void write(ByteBuf bytes) {
        context.write(bytes, context.voidPromise());
    }

    // Inbound.

    @Override
    void read(Object msg) throws Exception {
        if (msg instanceof ByteBuf bytes) {
            parser.parse(bytes);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void data(int stream, ByteBuf payload, boolean fin) {
        PodChannel flow = flows.get(stream >>> 2);
        if (flow == null || (stream & 1) == 0) {
            payload.release();
        } else if ((stream & 2) == 0) {
            error(flow, payload, fin);
        } else {
            if (payload.isReadable()) {
                flow.received(payload);
            } else {
                payload.release();
            }
            if (fin) {
                dataEnded(flow);
            }
        }
    }

    private void error(PodChannel flow, ByteBuf text, boolean fin) {
        StreamState stream = flow.stream();
        if (text.isReadable()) {
            if (stream.message().isEmpty() && !fin) {
                channel().eventLoop().schedule(() -> tellError(flow), MESSAGE_MILLIS, TimeUnit.MILLISECONDS);
            }
            stream.say(text.toString(StandardCharsets.UTF_8));
            flow.dial().errorSeen();
        }
        text.release();
        if (fin) {
            stream.errorEnded();
            tellError(flow);
            if (stream.isOver()) {
                tellEnd(flow);
            }
        }
    }

    private void tellError(PodChannel flow) {
        if (!flow.stream().message().isEmpty()
                && flow.equals(flows.get(flow.stream().id()))) {
            flow.cut(DialFailures.fromPod(flow));
        }
    }

    /**
     * The data stream has ended. If it never carried anything this may be a failed dial, whose message containerd sends
     * after that end: so the end is told when the error stream has ended too, or a moment later.
     */
    private void dataEnded(PodChannel flow) {
        flow.stream().dataEnded();
        if (!flow.stream().message().isEmpty()) {
            tellError(flow);
        } else if (flow.hasReceived() || flow.stream().isOver()) {
            tellEnd(flow);
        } else {
            channel().eventLoop().schedule(() -> tellEnd(flow), MESSAGE_AFTER_END_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tellEnd(PodChannel flow) {
        if (flow.stream().message().isEmpty()
                && flow.equals(flows.get(flow.stream().id()))) {
            flow.podEnded();
            heldFins().podEnded(flow);
        }
    }

    @Override
    public void reply(int stream, boolean fin) {
        PodChannel flow = flows.get(stream >>> 2);
        if (flow != null && (stream & 3) == 3) {
            flow.dial().accepted();
            if (fin) {
                dataEnded(flow);
            }
        }
    }

    @Override
    public void reset(int stream, int status) {
        PodChannel flow = flows.get(stream >>> 2);
        if (flow != null && (stream & 1) == 1) {
            flow.stream().dataEnded();
            flow.stream().errorEnded();
            flow.cut(DialFailures.streamReset(flow, status));
        }
    }

    @Override
    public void ping(int id) {
        if ((id & 1) == 0) {
            writePing(id);
        }
    }

    @Override
    public void goAway(int lastGood) {
        owner().draining(this);
        drain();
    }

    // Flows.

    @Override
    void remove(PodChannel flow) {
        flows.remove(flow.stream().id(), flow);
    }

    @Override
    List<PodChannel> allFlows() {
        return new ArrayList<>(flows.values());
    }

    @Override
    int flows() {
        return flows.size();
    }

    @Override
    boolean accepts(int port) {
        return isUsable();
    }
}
