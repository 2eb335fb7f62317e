package io.kubetun.kernel.link;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** One stream of a link, as its frames come in. Called on the link's event loop. */
interface LinkStream {
    /** Headers that are no trailers. */
    void headers(Http2Headers headers, boolean end);

    /** Bytes, not to be released here; returns how many of them have found their reader. */
    int data(ByteBuf data);

    /** The other side sends nothing more. */
    void end();

    /** The other side has reset the stream. */
    void reset(long code);

    /** The stream is no more: after its end, its reset, or with its link. */
    void closed();
}
