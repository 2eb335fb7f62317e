package io.kubetun.plugin.dns;

import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Makes answers that fit to their questions. */
final class Reply {
    /** What every client takes by UDP. */
    static final int SMALLEST = 512;

    /** No larger answer is sent by UDP, whatever the client takes. */
    static final int LARGEST_DATAGRAM = 4096;

    /** What others may send here by UDP: it fits into one packet everywhere. */
    static final int OWN_PAYLOAD = 1232;

    private Reply() {}

    /** An answer without records. */
    static Message of(Asked asked, int code) {
        Message reply = new Message(asked.header().getID());
        Header header = reply.getHeader();
        header.setFlag(Flags.QR);
        header.setFlag(Flags.RA);
        header.setOpcode(asked.header().getOpcode());
        header.setRcode(code & 0xF);
        copy(asked.header(), header, Flags.RD);
        copy(asked.header(), header, Flags.CD);
        asked.message().map(Message::getQuestion).ifPresent(question -> reply.addRecord(question, Section.QUESTION));
        asked.edns().ifPresent(edns -> reply.addRecord(own(code, edns), Section.ADDITIONAL));
        return reply;
    }

    /** What another name server said, as an answer to this client. */
    static Message of(Asked asked, Message said) {
        Message reply = of(asked, said.getRcode());
        copy(said.getHeader(), reply.getHeader(), Flags.AA);
        copy(said.getHeader(), reply.getHeader(), Flags.AD);
        for (int section : new int[] {Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL}) {
            for (Record record : said.getSection(section)) {
                if (record.getType() != Type.OPT) {
                    reply.addRecord(record, section);
                }
            }
        }
        return reply;
    }

    /** As the client takes it: by UDP cut to what it said, with the flag that makes it come back by TCP. */
    static byte[] wire(Asked asked, Message reply, boolean udp) {
        byte[] whole = reply.toWire(Message.MAXLENGTH);
        return udp && whole.length > asked.largestDatagram() ? Cut.to(asked.largestDatagram(), reply) : whole;
    }

    private static OPTRecord own(int code, OPTRecord client) {
        return new OPTRecord(OWN_PAYLOAD, code >> 4, 0, client.getFlags() & ExtendedFlags.DO);
    }

    private static void copy(Header from, Header to, int flag) {
        if (from.getFlag(flag)) {
            to.setFlag(flag);
        }
    }
}
