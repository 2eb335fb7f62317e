package io.kubetun.plugin.dns;

import io.kubetun.spi.NameServer;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.Names.NameAnswer;
import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;

/**
 * Answers in the place of the cluster's own name server what the session knows for certain: the names that are there. All
 * else goes on to that one, which may know more, by its own settings or its rights: names outside of the cluster, names
 * that the session does not see, and kinds of records that Services do not have. Only if it gives no answer, the session
 * says what it thinks. Never blocks; thread-safe.
 */
final class StandIn implements NameServer {
    private static final Logger LOG = LoggerFactory.getLogger(StandIn.class);

    private final Names names;
    private final ClusterServer server;
    private final Limits limits;
    private final ClusterReply cluster;
    private final Semaphore questions;
    private final Semaphore connections;

    StandIn(Names names, ClusterServer server, Limits limits) {
        this.names = names;
        this.server = server;
        this.limits = limits;
        this.cluster = ClusterReply.of(names.domain());
        this.questions = new Semaphore(limits.questions());
        this.connections = new Semaphore(limits.connections());
    }

    /**
     * What the session says.
     *
     * @param reply the answer
     * @param certain whether nobody knows better
     */
    private record Said(Message reply, boolean certain) {}

    @Override
    public CompletionStage<Optional<byte[]>> answer(byte[] question, Target.Address asked) {
        return answer(question, true, asked);
    }

    @Override
    public ChannelHandler connection(Target.Address asked) {
        return TcpQuestions.connections((wire, udp) -> answer(wire, udp, asked), limits, connections);
    }

    private CompletionStage<Optional<byte[]>> answer(byte[] wire, boolean udp, Target.Address to) {
        Optional<Asked> read = Asked.read(wire);
        if (read.isEmpty()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        Asked asked = read.get();
        if (!questions.tryAcquire()) {
            return CompletableFuture.completedStage(Optional.of(failure(asked, udp)));
        }
        return CompletableFuture.completedStage(asked)
                .thenCompose(this::say)
                .thenCompose(said -> said.certain()
                        ? CompletableFuture.completedStage(Reply.wire(asked, said.reply(), udp))
                        : server.ask(to, wire, udp).exceptionally(silence -> {
                            LOG.debug("{} does not answer: {}", to, silence.toString());
                            return Reply.wire(asked, said.reply(), udp);
                        }))
                .exceptionally(unexpected -> {
                    LOG.debug("no answer for {}", asked, unexpected);
                    return failure(asked, udp);
                })
                .thenApply(Optional::of)
                .whenComplete((answer, none) -> questions.release());
    }

    private static byte[] failure(Asked asked, boolean udp) {
        return Reply.wire(asked, Reply.of(asked, Rcode.SERVFAIL), udp);
    }

    private CompletionStage<Said> say(Asked asked) {
        return asked.refusal() != Rcode.NOERROR
                ? CompletableFuture.completedStage(new Said(Reply.of(asked, asked.refusal()), false))
                : names.lookUp(asked.question().getName().toString(true), asked.type())
                        .thenApply(answer -> said(asked, answer));
    }

    private Said said(Asked asked, NameAnswer answer) {
        return switch (answer) {
            case Names.Found found
            when ClusterReply.open(asked, found).isEmpty() -> new Said(cluster.found(asked, found, List.of()), true);
            case Names.NoData none -> new Said(cluster.empty(asked, Rcode.NOERROR), asked.type() != Names.Type.OTHER);
            case Names.NoSuchName none -> new Said(cluster.empty(asked, Rcode.NXDOMAIN), false);
            case Names.Found leadsOut -> new Said(Reply.of(asked, Rcode.SERVFAIL), false);
            case Names.Foreign foreign -> new Said(Reply.of(asked, Rcode.SERVFAIL), false);
            case Names.Failed failed -> new Said(Reply.of(asked, Rcode.SERVFAIL), false);
        };
    }
}
