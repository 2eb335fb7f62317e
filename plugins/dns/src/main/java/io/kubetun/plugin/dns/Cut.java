package io.kubetun.plugin.dns;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Cuts an answer to a size: as many records as fit, the last sections first. dnsjava by itself leaves out all records of a
 * name when one of them does not fit, and a client that cannot come by TCP would have none.
 */
final class Cut {
    private static final int[] SECTIONS = {Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL};

    private record Placed(int section, Record record) {}

    private Cut() {}

    /**
     * Cuts.
     *
     * @param size in bytes, at least 512
     * @param reply an answer that is larger
     * @return its bytes; flagged as cut if what is missing was asked for
     */
    static byte[] to(int size, Message reply) {
        List<Placed> all = new ArrayList<>();
        for (int section : SECTIONS) {
            for (Record record : reply.getSection(section)) {
                if (record.getType() != Type.OPT) {
                    all.add(new Placed(section, record));
                }
            }
        }
        int fits = 0;
        int tooMany = all.size() + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) / 2;
            if (first(middle, all, reply).length <= size) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return first(fits, all, reply);
    }

    private static byte[] first(int count, List<Placed> all, Message reply) {
        Message part = new Message(reply.getHeader().getID());
        part.setHeader(reply.getHeader().clone());
        for (int section = 0; section < 4; section++) {
            part.removeAllRecords(section);
        }
        reply.getSection(Section.QUESTION).forEach(question -> part.addRecord(question, Section.QUESTION));
        all.subList(0, count).forEach(each -> part.addRecord(each.record(), each.section()));
        boolean missing =
                all.subList(count, all.size()).stream().anyMatch(each -> each.section() != Section.ADDITIONAL);
        if (missing) {
            part.getHeader().setFlag(Flags.TC);
        }
        if (reply.getOPT() != null) {
            part.addRecord(reply.getOPT(), Section.ADDITIONAL);
        }
        return part.toWire(Message.MAXLENGTH);
    }
}
