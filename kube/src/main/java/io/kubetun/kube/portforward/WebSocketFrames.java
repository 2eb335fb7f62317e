package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ProtocolException;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.random.RandomGenerator;

/**
 * The client's side of WebSocket framing, after the handshake: binary messages in and out. In, payload is passed on in
 * slices of what was read, each message begun by {@link Mark#MESSAGE} where messages matter. Out, what was written since
 * the last flush becomes one message, or each write one of its own; it is masked in the one copy that is made anyway
 * before TLS.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5">RFC 6455, section 5</a>
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    /** The longest payload of a message sent. */
    static final int MAX_MESSAGE = 64 << 10;
    /** The longest payload of a PING or CLOSE. */
    private static final int MAX_CONTROL = 125;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final boolean messages;
    private final RandomGenerator masks;
    private final Queue<ByteBuf> pending = new ArrayDeque<>();
    private int pendingBytes;
    private final ByteBuf head = Unpooled.buffer(10, 10);
    private int headLength = 2;
    private long remaining = -1;
    private int opcode;
    private ByteBuf control = Unpooled.EMPTY_BUFFER;

    /**
     * Makes a framing.
     *
     * @param messages whether each write is a message of its own and the start of each message is passed on
     * @param masks where masks come from
     */
    WebSocketFrames(boolean messages, RandomGenerator masks) {
        this.messages = messages;
        this.masks = masks;
    }

    /** What is passed on beside payload, where messages matter. */
    enum Mark {
        /** A message begins. */
        MESSAGE,
        /** A PONG came. */
        ALIVE,
        /** The other side has closed. */
        CLOSED
    }

    // Inbound.

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (!(msg instanceof ByteBuf in)) {
            ctx.fireChannelRead(msg);
            return;
        }
        try {
            while (in.isReadable()) {
                if (remaining < 0) {
                    readHead(ctx, in);
                } else {
                    readPayload(ctx, in);
                }
            }
        } finally {
            in.release();
        }
    }

    private void readHead(ChannelHandlerContext ctx, ByteBuf in) throws IOException {
        int wanted = Math.min(headLength - head.readableBytes(), in.readableBytes());
        in.readBytes(head, wanted);
        if (head.readableBytes() < headLength) {
            return;
        }
        int length = head.getByte(1) & 0x7f;
        if (headLength == 2) {
            if ((head.getByte(0) & 0x70) != 0 || head.getByte(1) < 0) {
                throw new ProtocolException("a WebSocket frame that was masked or has unknown flags");
            }
            headLength = length == 127 ? 10 : length == 126 ? 4 : 2;
            if (headLength > 2) {
                return;
            }
        }
        remaining = length == 127 ? head.getLong(2) : length == 126 ? head.getUnsignedShort(2) : length;
        opcode = head.getByte(0) & 0x0f;
        head.clear();
        headLength = 2;
        startPayload(ctx);
    }

    private void startPayload(ChannelHandlerContext ctx) throws IOException {
        if (remaining < 0 || (opcode >= CLOSE && remaining > MAX_CONTROL)) {
            throw new ProtocolException("a WebSocket frame with an impossible length");
        }
        if (opcode == CLOSE && messages) {
            ctx.fireChannelRead(Mark.CLOSED);
        } else if (opcode == CLOSE) {
            throw new IOException("the WebSocket was closed by the other side");
        }
        if (opcode >= CLOSE) {
            control = Unpooled.buffer(MAX_CONTROL);
        } else if (opcode > BINARY) {
            throw new ProtocolException("a WebSocket frame of the unknown kind " + opcode);
        } else if (messages && opcode != 0) {
            ctx.fireChannelRead(Mark.MESSAGE);
        }
        if (remaining == 0) {
            endPayload(ctx);
        }
    }

    private void readPayload(ChannelHandlerContext ctx, ByteBuf in) {
        int length = (int) Math.min(remaining, in.readableBytes());
        remaining -= length;
        if (opcode >= CLOSE) {
            in.readBytes(control, length);
        } else {
            ctx.fireChannelRead(in.readRetainedSlice(length));
        }
        if (remaining == 0) {
            endPayload(ctx);
        }
    }

    private void endPayload(ChannelHandlerContext ctx) {
        remaining = -1;
        if (opcode == PONG && messages) {
            ctx.fireChannelRead(Mark.ALIVE);
        } else if (opcode == PING) {
            ctx.writeAndFlush(message(ctx, PONG, control.readableBytes(), control), ctx.voidPromise());
        }
    }

    // Outbound.

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (msg instanceof ByteBuf bytes) {
            if (messages) {
                ctx.write(message(ctx, BINARY, bytes.readableBytes(), bytes), promise);
                return;
            }
            pending.add(bytes);
            pendingBytes += bytes.readableBytes();
            while (pendingBytes >= MAX_MESSAGE) {
                writePending(ctx, MAX_MESSAGE);
            }
        } else {
            ctx.write(msg, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (pendingBytes > 0) {
            writePending(ctx, pendingBytes);
        }
        ctx.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pending.forEach(ByteBuf::release);
        pending.clear();
    }

    /** Asks politely for the end; nothing may be written afterwards. */
    void writeClose(ChannelHandlerContext ctx) {
        ByteBuf code = Unpooled.buffer(2).writeShort(1000);
        ctx.write(message(ctx, CLOSE, 2, code), ctx.voidPromise());
    }

    /** Asks for a sign of life. */
    void writePing(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(message(ctx, PING, 0, Unpooled.buffer(0)), ctx.voidPromise());
    }

    private void writePending(ChannelHandlerContext ctx, int length) {
        ByteBuf out = head(ctx, BINARY, length);
        int left = length;
        while (left > 0) {
            ByteBuf next = pending.element();
            int part = Math.min(left, next.readableBytes());
            out.writeBytes(next, part);
            left -= part;
            if (!next.isReadable()) {
                pending.remove().release();
            }
        }
        pendingBytes -= length;
        mask(out, length);
        ctx.write(out, ctx.voidPromise());
    }

    private ByteBuf message(ChannelHandlerContext ctx, int kind, int length, ByteBuf payload) {
        ByteBuf out = head(ctx, kind, length);
        out.writeBytes(payload);
        payload.release();
        mask(out, length);
        return out;
    }

    private ByteBuf head(ChannelHandlerContext ctx, int kind, int length) {
        ByteBuf out = ctx.alloc().heapBuffer(14 + length);
        out.writeByte(0x80 | kind);
        if (length < 126) {
            out.writeByte(0x80 | length);
        } else if (length < 1 << 16) {
            out.writeByte(0x80 | 126).writeShort(length);
        } else {
            out.writeByte(0x80 | 127).writeLong(length);
        }
        return out.writeInt(masks.nextInt());
    }

    /** Masks the last bytes of a heap buffer with the four before them. */
    private static void mask(ByteBuf out, int length) {
        byte[] bytes = out.array();
        int at = out.arrayOffset() + out.writerIndex() - length;
        int end = at + length;
        int mask = out.getInt(out.writerIndex() - length - 4);
        long twice = ((long) mask << 32) | (mask & 0xffffffffL);
        for (; at + 8 <= end; at += 8) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ twice);
        }
        for (int shift = 24; at < end; at++, shift = shift == 0 ? 24 : shift - 8) {
            bytes[at] ^= (byte) (mask >>> shift);
        }
    }
}
