package io.kubetun.kernel.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CorruptedFrameException;

/**
 * Datagrams on a stream: DATAGRAM capsules whose context is UDP payload. Others are skipped. Datagrams that are written in
 * one turn go out together; those that are written while the stream is full are dropped.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9297#section-3.2">RFC 9297, 3.2: the capsule protocol</a>
 */
final class CapsuleCodec extends ChannelDuplexHandler {
    /** The largest datagram of UDP over IPv4, and what stands before it in a capsule. */
    private static final int MAX_CAPSULE = 65_535 + 1;

    private static final int BATCH = 32 << 10;
    private static final int HEADER = 6;

    private final LinkCounts counts;
    private ByteBuf batch;
    private ByteBuf partial;

    CapsuleCodec(LinkCounts counts) {
        this.counts = counts;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf datagram)) {
            context.write(message, promise);
            return;
        }
        try {
            int length = datagram.readableBytes();
            if (!context.channel().isWritable() || length >= MAX_CAPSULE) {
                counts.datagramDropped();
            } else {
                if (batch != null && batch.writableBytes() < length + HEADER) {
                    send(context);
                }
                if (batch == null) {
                    batch = context.alloc().buffer(Math.max(BATCH, length + HEADER));
                }
                batch.writeByte(0);
                varint(batch, length + 1);
                batch.writeByte(0);
                batch.writeBytes(datagram);
            }
        } finally {
            datagram.release();
        }
        promise.trySuccess();
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        send(context);
        context.flush();
    }

    private void send(ChannelHandlerContext context) {
        if (batch != null) {
            ByteBuf full = batch;
            batch = null;
            if (full.isReadable()) {
                context.write(full, context.voidPromise());
            } else {
                full.release();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (partial != null) {
            partial.writeBytes(bytes);
            bytes.release();
            bytes = partial;
            partial = null;
        }
        try {
            while (handOn(context, bytes)) {
                // One capsule a turn.
            }
            if (bytes.isReadable()) {
                partial = context.alloc().buffer(bytes.readableBytes() + BATCH);
                partial.writeBytes(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    /** Hands on the next datagram if it has come wholly. */
    private static boolean handOn(ChannelHandlerContext context, ByteBuf bytes) {
        int start = bytes.readerIndex();
        long type = varint(bytes);
        long length = type < 0 ? -1 : varint(bytes);
        if (length > MAX_CAPSULE) {
            bytes.skipBytes(bytes.readableBytes());
            context.fireExceptionCaught(new CorruptedFrameException("a capsule of " + length + " bytes"));
            context.close();
            return false;
        }
        if (length < 0 || bytes.readableBytes() < length) {
            bytes.readerIndex(start);
            return false;
        }
        ByteBuf value = bytes.readSlice((int) length);
        if (type == 0 && varint(value) == 0) {
            context.fireChannelRead(value.retain());
        }
        return true;
    }

    /** A variable-length integer of QUIC, or -1 if it has not come wholly. */
    private static long varint(ByteBuf from) {
        if (!from.isReadable()) {
            return -1;
        }
        int size = 1 << ((from.getByte(from.readerIndex()) & 0xff) >> 6);
        if (from.readableBytes() < size) {
            return -1;
        }
        return switch (size) {
            case 1 -> from.readByte() & 0x3f;
            case 2 -> from.readShort() & 0x3fff;
            case 4 -> from.readInt() & 0x3fff_ffff;
            default -> from.readLong() & 0x3fff_ffff_ffff_ffffL;
        };
    }

    private static void varint(ByteBuf to, int value) {
        if (value < 1 << 6) {
            to.writeByte(value);
        } else if (value < 1 << 14) {
            to.writeShort(value | 0x4000);
        } else {
            to.writeInt(value | 0x8000_0000);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (batch != null) {
            batch.release();
            batch = null;
        }
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }
}
