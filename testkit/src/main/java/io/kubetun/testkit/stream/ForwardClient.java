package io.kubetun.testkit.stream;

import io.netty.buffer.ByteBuf;

/** The client's side of one forwarded connection, whatever the wire format. Called on the connection's event loop. */
interface ForwardClient {
    /** Bytes from the pod, handed over. */
    void data(ByteBuf bytes);

    /** No more bytes for now. */
    void flush();

    /** The pod takes more bytes again. */
    void podReady();

    /** It failed: goes to the error stream. */
    void error(String message);

    /** It is over: both streams are closed. */
    void ended();

    /** Says whether the client takes more bytes. */
    boolean writable();
}
