package io.kubetun.plugin.hostsfwd;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of the mode: {@link #session} is open, with nothing started in it, and is closed after each test. */
abstract class OpenSession {
    @TempDir
    Path home;

    TestSession session;

    @BeforeEach
    void open() throws IOException {
        session = new TestSession(home);
    }

    @AfterEach
    void close() throws IOException {
        session.close();
    }
}
