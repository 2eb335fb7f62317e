package io.kubetun.plugin.tun;

import io.kubetun.spi.DialException;

/** How a program is told that it cannot have a connection: by a reset, or by an ICMP error (RFC 792, 1812, 4443). */
enum Refusal {
    /** "Connection refused", as from a closed port. */
    RESET(0, 0),
    /** "Connection refused", as kube-proxy answers for a Service without endpoints. */
    PORT(3, 4),
    /** "No route to host". */
    HOST(1, 3),
    /** "Network is unreachable". */
    NETWORK(0, 0),
    /** "Communication prohibited". */
    PROHIBITED(13, 1);

    private final int code;
    private final int code6;

    Refusal(int code, int code6) {
        this.code = code;
        this.code6 = code6;
    }

    int code(boolean v6) {
        return v6 ? code6 : code;
    }

    static Refusal of(DialException.Reason reason) {
        return switch (reason) {
            case REFUSED, UNKNOWN_PORT, RESET, LIMIT -> RESET;
            case NO_ENDPOINTS -> PORT;
            case UNKNOWN_NAME, UNREACHABLE, TIMED_OUT -> HOST;
            case CLUSTER_LOST -> NETWORK;
            case NOT_A_POD, NEEDS_GATEWAY, FORBIDDEN -> PROHIBITED;
        };
    }
}
