package io.kubetun.kernel.flow;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DuplexChannel;

/**
 * One flow: two channels on one loop, joined both ways. Buffers pass through without being copied; a side that cannot
 * take more pauses the other. A FIN is passed on after all bytes before it, a cut as a RST. Used on its loop only.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9293#section-3.6">RFC 9293, 3.6: closing a connection</a>
 */
final class Splice {
    private final DuplexChannel client;
    private final DuplexChannel remote;
    private final HalfClosedFlows halfClosed;
    private final SessionFlows.FlowEnd end;
    private final SpliceHandler fromClient;
    private final SpliceHandler fromRemote;
    private boolean clientGone;
    private boolean ended;

    Splice(
            DuplexChannel client,
            DuplexChannel remote,
            FlowCounts counts,
            HalfClosedFlows halfClosed,
            SessionFlows.FlowEnd end) {
        this.client = client;
        this.remote = remote;
        this.halfClosed = halfClosed;
        this.end = end;
        fromClient = new SpliceHandler(this, client, remote, counts::bytesSent);
        fromRemote = new SpliceHandler(this, remote, client, counts::bytesReceived);
    }

    DuplexChannel client() {
        return client;
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * Joins. The reading starts a moment later, on the same loop: what the caller's handshake has read too much and
     * hands on when its handlers are removed comes first.
     */
    void start() {
        client.pipeline().addLast(fromClient);
        remote.pipeline().addLast(fromRemote);
        client.eventLoop().execute(this::read);
    }

    private void read() {
        if (ended) {
            return;
        }
        if (!client.isActive()) {
            end(true);
        } else if (!remote.isActive()) {
            cut();
        } else {
            if (client.pipeline().get(HeldReads.class) != null) {
                client.pipeline().remove(HeldReads.class);
            }
            remote.flush();
            fromClient.start();
            fromRemote.start();
        }
    }

    SpliceHandler opposite(SpliceHandler side) {
        return side == fromClient ? fromRemote : fromClient;
    }

    /** A FIN: no more bytes come from this side. It follows the bytes that are still to be written. */
    void finished(SpliceHandler side) {
        if (ended || side.isFinished()) {
            return;
        }
        side.markFinished();
        if (side == fromClient) {
            if (halfClosed.isGone(client)) {
                clientGone();
                return;
            }
            halfClosed.hold(this);
        }
        DuplexChannel to = side.to();
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            side.markPassedOn();
            if (opposite(side).isPassedOn()) {
                end(false);
            } else {
                to.shutdownOutput();
            }
        });
    }

    /** A side is closed without an error: what it sent before still goes to the other one, and a FIN. */
    void gone(SpliceHandler side) {
        if (ended) {
            return;
        }
        if (side == fromClient) {
            end(true);
        } else {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> end(false));
        }
    }

    /** Nobody reads the answer any more: the cluster gets what the client sent, and then nothing lingers there. */
    void clientGone() {
        if (!clientGone && !ended) {
            clientGone = true;
            remote.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> end(!fromRemote.isFinished()));
        }
    }

    /** Something broke: the other side must not take it for a proper end. */
    void cut() {
        if (!ended) {
            Resets.prepare(client);
            end(true);
        }
    }

    private void end(boolean wasCut) {
        if (ended) {
            return;
        }
        ended = true;
        // Told before the close, whose end the session's own waits for.
        end.ended(this, fromClient.bytes(), fromRemote.bytes(), wasCut);
        remote.close();
        client.close();
    }
}
