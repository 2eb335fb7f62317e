package io.kubetun.kernel.link;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * Netty's HTTP/2, put together for links. Without the limits against floods of resets and empty frames: flows that end
 * are many here, and who may reach the other end is who may send flows.
 */
final class LinkCodec {
    /** The window of the whole link: refilled as bytes come in, because each stream has its own. */
    static final int CONNECTION_WINDOW = 1 << 30;

    /** Larger frames cost less on the way, smaller ones mix flows more finely. */
    private static final int FRAME = 64 << 10;

    /** What one flow may send before the next has its turn. */
    private static final int TURN = 64 << 10;

    private static final long MAX_HEADERS = 8192;

    private LinkCodec() {}

    /** The end that opens streams: HTTP/2's client. */
    static LinkHandler opener(LinkRole role, LinkSettings settings, Memory memory, LinkCounts counts) {
        Http2Settings initial = common(settings).pushEnabled(false).maxConcurrentStreams(0);
        return make(false, initial, role, settings, memory, counts);
    }

    /** The end that takes streams: HTTP/2's server. */
    static LinkHandler acceptor(LinkRole role, LinkSettings settings, Memory memory, LinkCounts counts) {
        Http2Settings initial =
                common(settings).maxConcurrentStreams(settings.maxFlows()).connectProtocolEnabled(true);
        return make(true, initial, role, settings, memory, counts);
    }

    private static Http2Settings common(LinkSettings settings) {
        return new Http2Settings()
                .initialWindowSize(settings.firstWindow())
                .maxFrameSize(FRAME)
                .maxHeaderListSize(MAX_HEADERS);
    }

    private static LinkHandler make(
            boolean server,
            Http2Settings initial,
            LinkRole role,
            LinkSettings settings,
            Memory memory,
            LinkCounts counts) {
        DefaultHttp2Connection connection = new DefaultHttp2Connection(server, 0);
        UniformStreamByteDistributor turns = new UniformStreamByteDistributor(connection);
        turns.minAllocationChunk(TURN);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, turns));
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
                connection,
                encoder,
                new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(true, MAX_HEADERS)),
                Http2PromisedRequestVerifier.ALWAYS_VERIFY,
                true,
                true,
                true,
                false);
        return new LinkHandler(decoder, encoder, initial, role, settings, memory, counts);
    }
}
