package io.kubetun.plugin.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks other name servers. The same question is on its way once, whoever asks it: so a question of ours that comes back,
 * by whatever way round, waits for itself until its time is over and goes nowhere a second time. Never blocks; thread-safe.
 */
final class Forwarder implements AutoCloseable {
    private final NameSpaces names;
    private final Limits limits;
    private final Exchange exchange = new Exchange();
    private final Loops loops;
    private final Map<Key, CompletableFuture<Message>> asking = new ConcurrentHashMap<>();
    private volatile Optional<InetSocketAddress> lastGood = Optional.empty();

    /**
     * Makes it.
     *
     * @param names says who is asked
     * @param limits how many and how long
     */
    Forwarder(NameSpaces names, Limits limits) {
        this.names = names;
        this.limits = limits;
        this.loops = new Loops(exchange, limits.attempt());
    }

    /** Questions that are the same for whoever is asked. */
    private record Key(String name, int type, boolean edns, int flags) {
        private static final int DNSSEC = 1;
        private static final int UNCHECKED = 2;
        private static final int RECURSIVE = 4;

        static Key of(Asked asked, Name name) {
            int flags = asked.edns()
                    .filter(edns -> (edns.getFlags() & ExtendedFlags.DO) != 0)
                    .map(edns -> DNSSEC)
                    .orElse(0);
            flags |= asked.header().getFlag(Flags.CD) ? UNCHECKED : 0;
            flags |= asked.header().getFlag(Flags.RD) ? RECURSIVE : 0;
            return new Key(
                    name.toString().toLowerCase(Locale.ROOT),
                    asked.question().getType(),
                    asked.edns().isPresent(),
                    flags);
        }
    }

    /** Looks for name servers that pass questions on to us, in the background. */
    void lookForLoops() {
        Thread.ofVirtual()
                .name("kubetun-dns-loops")
                .start(() -> loops.look(names.asking(Name.root).others()));
    }

    /** Says whether it is a question of ours that came back, straight or by the way of one that was made to find out. */
    boolean isOwn(Asked asked) {
        return loops.cameBack(asked.question().getName())
                || exchange.isAsking(asked.header().getID(), asked.question());
    }

    /**
     * Asks.
     *
     * @param asked what a client asked
     * @param name the name to ask for, which may be another one
     * @return what the first server said that said something useful; SERVFAIL if none did
     */
    CompletionStage<Message> ask(Asked asked, Name name) {
        Key key = Key.of(asked, name);
        Message query = query(asked, name);
        CompletableFuture<Message> mine = new CompletableFuture<>();
        CompletableFuture<Message> other = asking.putIfAbsent(key, mine);
        if (other != null) {
            lookForLoops();
            return other;
        }
        mine.whenComplete((said, failure) -> asking.remove(key, mine));
        if (asking.size() > limits.forwarded()) {
            mine.complete(failure());
            return mine;
        }
        Thread.ofVirtual().name("kubetun-dns").start(() -> {
            try {
                mine.complete(askAll(query));
            } catch (RuntimeException e) {
                mine.completeExceptionally(e);
            }
        });
        return mine;
    }

    private static Message query(Asked asked, Name name) {
        Message query = Message.newQuery(Record.newRecord(
                name, asked.question().getType(), asked.question().getDClass()));
        if (!asked.header().getFlag(Flags.RD)) {
            query.getHeader().unsetFlag(Flags.RD);
        }
        if (asked.header().getFlag(Flags.CD)) {
            query.getHeader().setFlag(Flags.CD);
        }
        asked.edns()
                .ifPresent(edns -> query.addRecord(
                        new OPTRecord(Reply.OWN_PAYLOAD, 0, 0, edns.getFlags() & ExtendedFlags.DO),
                        Section.ADDITIONAL));
        return query;
    }

    private Message askAll(Message query) {
        long end = System.nanoTime() + limits.patience().toNanos();
        Message useless = failure();
        for (InetSocketAddress server : inOrder(query.getQuestion().getName())) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (!left.isPositive()) {
                break;
            }
            try {
                Message said =
                        exchange.ask(server, query, left.compareTo(limits.attempt()) < 0 ? left : limits.attempt());
                if (said.getRcode() == Rcode.NOERROR || said.getRcode() == Rcode.NXDOMAIN) {
                    lastGood = Optional.of(server);
                    return said;
                }
                useless = said;
            } catch (IOException e) {
                forget(server);
            }
        }
        return useless;
    }

    private void forget(InetSocketAddress server) {
        if (lastGood.filter(server::equals).isPresent()) {
            lastGood = Optional.empty();
        }
    }

    /** The one that answered last is asked first: a dead one costs its time once. */
    private List<InetSocketAddress> inOrder(Name name) {
        NameSpaces.Asking asking = names.asking(name);
        if (asking.session().isPresent()) {
            return Stream.concat(asking.session().stream(), asking.others().stream())
                    .toList();
        }
        List<InetSocketAddress> all =
                asking.others().stream().filter(server -> !loops.isLoop(server)).toList();
        Optional<InetSocketAddress> good = lastGood.filter(all::contains);
        return good.isEmpty()
                ? all
                : Stream.concat(good.stream(), all.stream().filter(server -> !server.equals(good.get())))
                        .toList();
    }

    private static Message failure() {
        Message failure = new Message();
        failure.getHeader().setRcode(Rcode.SERVFAIL);
        return failure;
    }

    /** Ends what is on its way. */
    @Override
    public void close() {
        exchange.close();
    }
}
