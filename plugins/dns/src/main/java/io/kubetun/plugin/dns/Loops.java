package io.kubetun.plugin.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * Finds name servers that pass questions on to us, such as a forwarder that reads the same {@code resolv.conf}: each is
 * asked for a name that nobody else can know, and one whose question comes here is not asked for a minute. Looked for at
 * the start and when the same question comes again while it is on its way, at most every ten seconds. Thread-safe.
 */
final class Loops {
    private static final Name BELOW = Name.fromConstantString("loop-check.kubetun.internal.");
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    private static final Duration AVOIDED = Duration.ofMinutes(1);

    private final Exchange exchange;
    private final Duration patience;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, InetSocketAddress> asked = new ConcurrentHashMap<>();
    private final Map<InetSocketAddress, Long> seen = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    Loops(Exchange exchange, Duration patience) {
        this.exchange = exchange;
        this.patience = patience;
    }

    /** Says whether a question is one of these, come back; never blocks. */
    boolean cameBack(Name name) {
        if (name.labels() != BELOW.labels() + 1 || !name.subdomain(BELOW)) {
            return false;
        }
        Optional<InetSocketAddress> server =
                Optional.ofNullable(asked.get(name.getLabelString(0).toLowerCase(Locale.ROOT)));
        server.ifPresent(each -> seen.put(each, System.nanoTime()));
        return server.isPresent();
    }

    boolean isLoop(InetSocketAddress server) {
        Long when = seen.get(server);
        return when != null && System.nanoTime() - when < AVOIDED.toNanos();
    }

    /** Looks, unless it was done just now; blocks. */
    void look(List<InetSocketAddress> servers) {
        long due = next.get();
        if (System.nanoTime() - due < 0 || !next.compareAndSet(due, System.nanoTime() + BETWEEN.toNanos())) {
            return;
        }
        seen.keySet().retainAll(servers);
        for (InetSocketAddress server : servers) {
            byte[] bytes = new byte[12];
            random.nextBytes(bytes);
            String label = HexFormat.of().formatHex(bytes);
            asked.put(label, server);
            try {
                Name name = Name.concatenate(Name.fromString(label), BELOW);
                exchange.ask(server, Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)), patience);
            } catch (IOException e) {
                // It does not answer: then it passes nothing on either, or will be found the next time.
            } finally {
                asked.remove(label);
            }
        }
    }
}
