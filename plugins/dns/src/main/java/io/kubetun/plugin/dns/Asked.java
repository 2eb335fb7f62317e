package io.kubetun.plugin.dns;

import io.kubetun.spi.cluster.Names;
import java.io.IOException;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * What a client sent: a question, or something that is refused without a look at any name.
 *
 * @param header its header
 * @param message the whole, empty if it cannot be read
 * @param refusal the code that it is answered with at once; {@link Rcode#NOERROR} if it is a question
 */
record Asked(Header header, Optional<Message> message, int refusal) {
    /**
     * Reads a message.
     *
     * @param wire its bytes, whatever they are
     * @return empty if it is to be ignored: too short for a header, or an answer
     */
    static Optional<Asked> read(byte[] wire) {
        Header header;
        try {
            header = new Header(wire);
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
        if (header.getFlag(Flags.QR)) {
            return Optional.empty();
        }
        if (header.getOpcode() != Opcode.QUERY) {
            return Optional.of(new Asked(header, Optional.empty(), Rcode.NOTIMP));
        }
        try {
            Message message = new Message(wire);
            return Optional.of(new Asked(header, Optional.of(message), refusal(message)));
        } catch (IOException | RuntimeException e) {
            return Optional.of(new Asked(header, Optional.empty(), Rcode.FORMERR));
        }
    }

    private static int refusal(Message message) {
        Record question = message.getQuestion();
        if (question == null || message.getHeader().getCount(0) != 1) {
            return Rcode.FORMERR;
        }
        OPTRecord edns = message.getOPT();
        if (edns != null && edns.getVersion() != 0) {
            return Rcode.BADVERS;
        }
        boolean transfer = question.getType() == Type.AXFR || question.getType() == Type.IXFR;
        return transfer || question.getDClass() != DClass.IN ? Rcode.REFUSED : Rcode.NOERROR;
    }

    /** The question; only where nothing is refused. */
    Record question() {
        return message.orElseThrow().getQuestion();
    }

    /** What is asked for. */
    Names.Type type() {
        return switch (question().getType()) {
            case Type.A -> Names.Type.A;
            case Type.AAAA -> Names.Type.AAAA;
            case Type.SRV -> Names.Type.SRV;
            case Type.PTR -> Names.Type.PTR;
            case Type.CNAME -> Names.Type.CNAME;
            default -> Names.Type.OTHER;
        };
    }

    /** The client's EDNS record, if it sent one. */
    Optional<OPTRecord> edns() {
        return message.map(Message::getOPT);
    }

    /** The largest answer by UDP that the client takes. */
    int largestDatagram() {
        int asked = edns().map(OPTRecord::getPayloadSize).orElse(Reply.SMALLEST);
        return Math.clamp(asked, Reply.SMALLEST, Reply.LARGEST_DATAGRAM);
    }
}
