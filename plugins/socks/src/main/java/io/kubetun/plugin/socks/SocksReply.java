package io.kubetun.plugin.socks;

import io.kubetun.spi.DialException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The reply codes of SOCKS5 (RFC 1928 section 6), and how they are written in both versions. */
enum SocksReply {
    SUCCEEDED(0),
    GENERAL_FAILURE(1),
    NOT_ALLOWED(2),
    NETWORK_UNREACHABLE(3),
    HOST_UNREACHABLE(4),
    CONNECTION_REFUSED(5),
    TTL_EXPIRED(6),
    COMMAND_NOT_SUPPORTED(7),
    ADDRESS_TYPE_NOT_SUPPORTED(8);

    private static final int SOCKS5 = 5;
    private static final int IPV4 = 1;
    private static final int SOCKS4_GRANTED = 90;
    private static final int SOCKS4_REJECTED = 91;

    private final int code;

    SocksReply(int code) {
        this.code = code;
    }

    /**
     * Translates the failure of a dial. A Service without ready endpoints and a target that only a gateway could reach
     * are "host unreachable": a client that knows another address tries that one. Code 2 is kept for permissions.
     */
    static SocksReply of(Reason reason) {
        return switch (reason) {
            case UNKNOWN_NAME, NO_ENDPOINTS, NOT_A_POD, NEEDS_GATEWAY, UNREACHABLE -> HOST_UNREACHABLE;
            case UNKNOWN_PORT, REFUSED -> CONNECTION_REFUSED;
            case FORBIDDEN -> NOT_ALLOWED;
            case TIMED_OUT -> TTL_EXPIRED;
            case CLUSTER_LOST -> NETWORK_UNREACHABLE;
            case LIMIT, RESET -> GENERAL_FAILURE;
        };
    }

    /** The whole reply in SOCKS5. The bound address is unspecified: there is no socket with one on this machine. */
    ByteBuf socks5(ByteBufAllocator allocator) {
        return allocator
                .ioBuffer(10)
                .writeByte(SOCKS5)
                .writeByte(code)
                .writeByte(0)
                .writeByte(IPV4)
                .writeInt(0)
                .writeShort(0);
    }

    /** The whole reply in SOCKS4, which has one code for all failures. */
    ByteBuf socks4(ByteBufAllocator allocator) {
        return allocator
                .ioBuffer(8)
                .writeByte(0)
                .writeByte(this == SUCCEEDED ? SOCKS4_GRANTED : SOCKS4_REJECTED)
                .writeShort(0)
                .writeInt(0);
    }
}
