package io.kubetun.plugin.socks;

import io.kubetun.spi.Target;
import java.util.Set;

/** What a SOCKS client says. */
sealed interface SocksMessage {
    /**
     * SOCKS5's first message (RFC 1928 section 3).
     *
     * @param methods the authentication methods that the client knows
     */
    record Greeting(Set<Integer> methods) implements SocksMessage {}

    /**
     * A user name and password (RFC 1929 section 2).
     *
     * @param login what the client knows
     */
    record Credentials(Login login) implements SocksMessage {}

    /**
     * A request to connect.
     *
     * @param target where to
     */
    record Connect(Target target) implements SocksMessage {}

    /**
     * A well-formed request that is refused for what it asks.
     *
     * @param reply SOCKS5's reply code for it
     */
    record Unsupported(SocksReply reply) implements SocksMessage {}
}
