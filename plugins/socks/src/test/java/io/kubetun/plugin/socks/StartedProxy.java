package io.kubetun.plugin.socks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test of one listener: {@link #proxy} is started before each test and stopped after it. */
abstract class StartedProxy {
    ProxyFixture proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = make().start();
    }

    /** The proxy with SOCKS alone, unless a test wants another one. */
    ProxyFixture make() throws Exception {
        return new ProxyFixture();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
    }
}
