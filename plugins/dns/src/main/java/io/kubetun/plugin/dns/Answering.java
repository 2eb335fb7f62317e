package io.kubetun.plugin.dns;

import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.Names.Found;
import io.kubetun.spi.cluster.Names.NameAnswer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** Answers what clients ask: the cluster's names itself, others by asking on. Never blocks; thread-safe. */
final class Answering implements Responder {
    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    private final Names names;
    private final NameSpaces spaces;
    private final Forwarder forwarder;
    private final ClusterReply cluster;
    private final Semaphore free;

    Answering(Names names, NameSpaces spaces, Forwarder forwarder, Limits limits) {
        this.names = names;
        this.spaces = spaces;
        this.forwarder = forwarder;
        this.cluster = ClusterReply.of(names.domain());
        this.free = new Semaphore(limits.questions());
    }

    @Override
    public CompletionStage<Optional<byte[]>> answer(byte[] wire, boolean udp) {
        Optional<Asked> read = Asked.read(wire);
        if (read.isEmpty()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        Asked asked = read.get();
        if (asked.refusal() != Rcode.NOERROR) {
            return done(asked, Reply.of(asked, asked.refusal()), udp);
        }
        if (!free.tryAcquire()) {
            return done(asked, Reply.of(asked, Rcode.SERVFAIL), udp);
        }
        return CompletableFuture.completedStage(asked)
                .thenCompose(this::reply)
                .thenApply(reply -> Reply.wire(asked, reply, udp))
                .exceptionally(failure -> {
                    LOG.debug("no answer for {}", asked.question(), failure);
                    return Reply.wire(asked, Reply.of(asked, Rcode.SERVFAIL), udp);
                })
                .thenApply(Optional::of)
                .whenComplete((reply, failure) -> free.release());
    }

    private static CompletionStage<Optional<byte[]>> done(Asked asked, Message reply, boolean udp) {
        return CompletableFuture.completedStage(Optional.of(Reply.wire(asked, reply, udp)));
    }

    private CompletionStage<Message> reply(Asked asked) {
        if (forwarder.isOwn(asked)) {
            return CompletableFuture.completedStage(Reply.of(asked, Rcode.SERVFAIL));
        }
        String name = asked.question().getName().toString(true);
        Names.Type type = asked.type();
        Optional<NameSpaces.InCluster> ours = spaces.ours(name);
        return ours.isEmpty()
                ? names.lookUp(name, type).thenCompose(answer -> reply(asked, answer))
                : names.lookUp(ours.get().name(), type)
                        .thenCompose(answer -> reply(asked, ours.get().label(), answer));
    }

    private CompletionStage<Message> reply(Asked asked, NameAnswer answer) {
        return switch (answer) {
            case Names.NoData none -> CompletableFuture.completedStage(cluster.empty(asked, Rcode.NOERROR));
            case Names.NoSuchName none -> CompletableFuture.completedStage(cluster.empty(asked, Rcode.NXDOMAIN));
            case Names.Failed(String why) -> {
                LOG.debug("{}: {}", asked.question().getName(), why);
                yield CompletableFuture.completedStage(Reply.of(asked, Rcode.SERVFAIL));
            }
            case Names.Foreign foreign ->
                forwarder.ask(asked, asked.question().getName()).thenApply(said -> Reply.of(asked, said));
            case Found found -> found(asked, found);
        };
    }

    /** What the cluster does not have may be somebody else's: our label is no domain that is ours alone. */
    private CompletionStage<Message> reply(Asked asked, OwnLabel label, NameAnswer answer) {
        return switch (answer) {
            case Found found -> found(asked, label.outside(found));
            case Names.NoSuchName none -> reply(asked, new Names.Foreign());
            case Names.NoData none -> reply(asked, none);
            case Names.Failed failed -> reply(asked, failed);
            case Names.Foreign foreign -> reply(asked, foreign);
        };
    }

    private CompletionStage<Message> found(Asked asked, Found found) {
        Optional<Name> open = ClusterReply.open(asked, found);
        return open.isEmpty()
                ? CompletableFuture.completedStage(cluster.found(asked, found, List.of()))
                : forwarder
                        .ask(asked, open.get())
                        .thenApply(said -> cluster.found(asked, found, said.getSection(Section.ANSWER)));
    }
}
