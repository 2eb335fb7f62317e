package io.kubetun.kernel.flow;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannelConfig;

/** Ends a connection with a RST instead of a FIN, so that its peer can tell that it was cut. */
final class Resets {
    private Resets() {}

    static void reset(Channel channel) {
        prepare(channel);
        channel.close();
    }

    /** Makes the next close a reset. */
    static void prepare(Channel channel) {
        if (channel.isOpen() && channel.config() instanceof SocketChannelConfig socket) {
            try {
                socket.setSoLinger(0);
            } catch (ChannelException alreadyClosed) {
                // Its peer was first: nothing is left to reset.
            }
        }
    }
}
