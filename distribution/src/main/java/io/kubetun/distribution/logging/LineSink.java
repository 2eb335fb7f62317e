package io.kubetun.distribution.logging;

import java.io.IOException;

/** Where whole lines go. Called by one thread at a time, which may block. */
interface LineSink extends AutoCloseable {
    /** Writes a line, which brings its line break. */
    void write(byte[] line) throws IOException;

    @Override
    void close() throws IOException;
}
