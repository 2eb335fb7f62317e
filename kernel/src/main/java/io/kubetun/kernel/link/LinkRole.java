package io.kubetun.kernel.link;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/** What distinguishes the two ends of a link. Called on its event loop. */
interface LinkRole {
    /** The other side has told its settings. */
    void settings(Http2Settings settings);

    /** The other side has opened a stream. */
    void opened(Http2Stream stream, Http2Headers headers, boolean end);

    /** A stream of either side is no more. */
    void ended();

    /** The other side takes no new streams. */
    void goingAway();

    /** The link is no more. */
    void lost(String why);
}
