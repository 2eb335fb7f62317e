package io.kubetun.host.natives;

/**
 * A TCP socket as the kernel's table shows it.
 *
 * @param state its state, as in Linux's tcp_states.h
 * @param inode 0 if no process has it open
 * @param shutdown 1 for receiving, 2 for sending, 3 for both
 */
public record TcpState(int state, long inode, int shutdown) {
    private static final int FIN_WAIT1 = 4;
    private static final int FIN_WAIT2 = 5;
    private static final int LAST_ACK = 9;
    private static final int CLOSING = 11;
    private static final int BOTH = 3;

    /**
     * Says whether its process will certainly read no more: nobody has the socket open, or both directions are shut
     * although the other side has not sent its FIN (close does that before the FIN leaves, so there is no moment
     * between). TIME_WAIT says nothing: a process may still have its old socket open and unread.
     *
     * @return true only if certain
     */
    public boolean isClosed() {
        return switch (state) {
            case FIN_WAIT1, FIN_WAIT2 -> inode == 0 || shutdown == BOTH;
            case CLOSING, LAST_ACK -> inode == 0;
            default -> false;
        };
    }
}
