package io.kubetun.plugin.socks;

/** What a client sent is no handshake of the protocol. */
final class MalformedHandshakeException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedHandshakeException(String message) {
        super(message, null, false, false); // expected from any port scanner: no stack trace to pay for
    }
}
