package io.kubetun.kernel.link;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/** A stream whose way on is being dialled. Its opener waits for the answer before it sends anything. */
record Dialling(LinkHandler handler, Http2Stream stream) implements LinkStream {
    @Override
    public void headers(Http2Headers headers, boolean end) {
        // Trailers; their end is seen in the stream's state.
    }

    @Override
    public int data(ByteBuf data) {
        int length = data.readableBytes();
        handler.reset(stream, Http2Error.PROTOCOL_ERROR);
        return length;
    }

    @Override
    public void end() {
        // Seen in the stream's state.
    }

    @Override
    public void reset(long code) {
        // Seen in the stream's state.
    }

    @Override
    public void closed() {
        // Seen in the stream's state.
    }
}
