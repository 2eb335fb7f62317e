package io.kubetun.plugin.dns;

import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Makes answers about the cluster's names.
 *
 * @param domain the cluster's domain
 */
record ClusterReply(Name domain) {
    // Nobody transfers this zone: the times are CoreDNS's, the serial stays.
    private static final long SERIAL = 1;
    private static final long REFRESH = 7200;
    private static final long RETRY = 1800;
    private static final long EXPIRE = 86400;

    static ClusterReply of(String domain) {
        return new ClusterReply(name(domain));
    }

    /** An answer without records, which says for how long it holds. */
    Message empty(Asked asked, int code) {
        Message reply = authoritative(asked, code);
        boolean start = asked.question().getType() == Type.SOA
                && asked.question().getName().equals(domain);
        reply.addRecord(start(), start ? Section.ANSWER : Section.AUTHORITY);
        return reply;
    }

    Message found(Asked asked, Names.Found found, List<Record> more) {
        Message reply = authoritative(asked, 0);
        found.records().forEach(each -> reply.addRecord(record(asked, each), Section.ANSWER));
        more.forEach(each -> reply.addRecord(each, Section.ANSWER));
        found.additional().forEach(each -> reply.addRecord(record(asked, each), Section.ADDITIONAL));
        return reply;
    }

    /** What an answer ends with a name for that somebody else must be asked about. */
    static Optional<Name> open(Asked asked, Names.Found found) {
        boolean address = asked.type() == Names.Type.A || asked.type() == Names.Type.AAAA;
        return address && found.records().getLast() instanceof NameRecord.Alias(String name, String target)
                ? Optional.of(name(target))
                : Optional.empty();
    }

    private static Message authoritative(Asked asked, int code) {
        Message reply = Reply.of(asked, code);
        reply.getHeader().setFlag(Flags.AA);
        return reply;
    }

    private Record start() {
        return new SOARecord(
                domain,
                DClass.IN,
                Names.TTL,
                name("ns.dns." + domain.toString(true)),
                name("hostmaster." + domain.toString(true)),
                SERIAL,
                REFRESH,
                RETRY,
                EXPIRE,
                Names.TTL);
    }

    private static Record record(Asked asked, NameRecord record) {
        Name own = name(record.name());
        // The same name again is a pointer of two bytes, in the case that the client wrote.
        Name owner = own.equals(asked.question().getName()) ? asked.question().getName() : own;
        return switch (record) {
            case NameRecord.Address(String name, Inet4Address ip) -> new ARecord(owner, DClass.IN, Names.TTL, ip);
            case NameRecord.Address(String name, var ip) -> new AAAARecord(owner, DClass.IN, Names.TTL, ip);
            case NameRecord.Alias(String name, String target) ->
                new CNAMERecord(owner, DClass.IN, Names.TTL, name(target));
            case NameRecord.Pointer(String name, String target) ->
                new PTRRecord(owner, DClass.IN, Names.TTL, name(target));
            case NameRecord.Port(String name, int priority, int weight, int port, String target) ->
                new SRVRecord(owner, DClass.IN, Names.TTL, priority, weight, port, name(target));
        };
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text + ".");
        } catch (TextParseException e) {
            throw new IllegalArgumentException("not a name: " + text, e);
        }
    }
}
