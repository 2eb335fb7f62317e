package io.kubetun.host.natives;

import com.sun.jna.Platform;

/** What Linux and macOS number and lay out differently about Unix-domain sockets, from the headers of each. */
enum SocketDialect {
    /** 64-bit Linux: linux/socket.h, asm-generic/socket.h, linux/un.h. */
    LINUX(1, 8, 20, 24, 0x40, 0x4000, 0x40000000, 1, 17, 12, 108),
    /** 64-bit macOS: sys/socket.h, sys/ucred.h, sys/un.h. The JVM ignores SIGPIPE. */
    MAC(0xffff, 4, 16, 16, 0x80, 0, 0, 0, 1, 76, 104);

    /** SOL_SOCKET. */
    final int solSocket;
    /** Where {@code cmsg_level} is: {@code cmsg_len} before it is a size_t or a socklen_t. Type and data follow. */
    final int controlLevel;
    /** CMSG_LEN of one descriptor. */
    final int controlLength;
    /** CMSG_SPACE of one descriptor. */
    final int controlSpace;
    /** MSG_DONTWAIT. */
    final int dontWait;
    /** MSG_NOSIGNAL, where there is need. */
    final int noSignal;
    /** MSG_CMSG_CLOEXEC, where there is such. */
    final int closeReceived;
    /** The level of the option that tells of the peer. */
    final int peerLevel;
    /** SO_PEERCRED or LOCAL_PEERCRED. */
    final int peerOption;
    /** The size of {@code struct ucred} or {@code struct xucred}; the uid is the second int of either. */
    final int peerSize;
    /** The size of {@code sun_path}. */
    final int pathSize;

    SocketDialect(
            int solSocket,
            int controlLevel,
            int controlLength,
            int controlSpace,
            int dontWait,
            int noSignal,
            int closeReceived,
            int peerLevel,
            int peerOption,
            int peerSize,
            int pathSize) {
        this.solSocket = solSocket;
        this.controlLevel = controlLevel;
        this.controlLength = controlLength;
        this.controlSpace = controlSpace;
        this.dontWait = dontWait;
        this.noSignal = noSignal;
        this.closeReceived = closeReceived;
        this.peerLevel = peerLevel;
        this.peerOption = peerOption;
        this.peerSize = peerSize;
        this.pathSize = pathSize;
    }

    static SocketDialect here() {
        return Platform.isMac() ? MAC : LINUX;
    }

    /** The first two bytes of a {@code struct sockaddr}: a family, or a length and a family of one byte each. */
    short head(int family, int length) {
        return (short) (this == MAC ? family << 8 | length : family);
    }
}
