package io.kubetun.spi;

import io.netty.channel.ChannelHandler;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Stands in for the cluster's own name server: programs ask at that one's address, and this answers. Safe for use by several
 * threads; never blocks.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1035">RFC 1035: Domain names, implementation and specification</a>
 */
public interface NameServer {
    /**
     * Answers a question that came as a datagram.
     *
     * @param question its bytes: a message of DNS, or whatever was sent instead of one
     * @param server where it was sent to, as the cluster has it
     * @return the message to send back, empty for none; never completes exceptionally
     */
    CompletionStage<Optional<byte[]>> answer(byte[] question, Target.Address server);

    /**
     * Answers the questions of a TCP connection (RFC 7766), and ends it.
     *
     * @param server where it was opened to, as the cluster has it
     * @return to be added to the accepted channel on its loop; the channel's half-closure is allowed
     */
    ChannelHandler connection(Target.Address server);
}
