package io.kubetun.testkit.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.zip.Deflater;

/**
 * Writes SYN_REPLY frames with no headers (SPDY/3.1, 2.6.2 and 2.6.10). Netty's codec leaves their header block out
 * altogether, which Go's reader takes for a broken connection; here it is what spdystream sends: a compressed count of
 * zero. The block needs no dictionary, since nothing but this compresses on the way to the client.
 */
final class SynReplies implements AutoCloseable {
    private static final int CONTROL_VERSION_3 = 0x8003;
    private static final int SYN_REPLY = 2;
    private static final byte[] NO_HEADERS = new byte[4];

    private final Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);

    /** Returns the next reply of the connection. They share a compression context, so the order counts. */
    ByteBuf next(int streamId) {
        byte[] block = new byte[64];
        deflater.setInput(NO_HEADERS);
        int length = deflater.deflate(block, 0, block.length, Deflater.SYNC_FLUSH);
        return Unpooled.buffer(12 + length)
                .writeShort(CONTROL_VERSION_3)
                .writeShort(SYN_REPLY)
                .writeInt(4 + length)
                .writeInt(streamId)
                .writeBytes(block, 0, length);
    }

    @Override
    public void close() {
        deflater.end();
    }
}
