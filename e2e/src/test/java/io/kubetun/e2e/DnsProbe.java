package io.kubetun.e2e;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks a name server, as a program of its own, so that it runs where the scenario wants: {@code SERVER PORT udp|tcp} and
 * then questions, {@code NAME/TYPE}. Prints a line for each: the code and the records of each section in order of their
 * text, in lower case and without their times, which it checks.
 */
public final class DnsProbe {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final long TTL = 5;

    private DnsProbe() {}

    /** Started by the JVM. */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
        boolean udp = arguments[2].equals("udp");
        for (String question : Arrays.asList(arguments).subList(3, arguments.length)) {
            int slash = question.lastIndexOf('/');
            Message query = Message.newQuery(Record.newRecord(
                    Name.fromString(question.substring(0, slash) + "."),
                    Type.value(question.substring(slash + 1)),
                    DClass.IN));
            Message said = new Message(udp ? udp(server, query.toWire()) : tcp(server, query.toWire()));
            System.out.println(question + " -> " + Rcode.string(said.getRcode()) + " | "
                    + records(said, Section.ANSWER) + " | " + records(said, Section.AUTHORITY) + " | "
                    + records(said, Section.ADDITIONAL));
        }
    }

    private static String records(Message said, int section) {
        return said.getSection(section).stream()
                .filter(record -> record.getType() != Type.OPT)
                .map(DnsProbe::text)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String text(Record record) {
        String data = record.getType() == Type.SOA ? "" : record.rdataToString();
        String time = record.getTTL() <= TTL ? "" : " for " + record.getTTL() + " s";
        return (record.getName() + " " + Type.string(record.getType()) + " " + data + time)
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    private static byte[] udp(InetSocketAddress server, byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(server);
            socket.send(new DatagramPacket(query, query.length));
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    private static byte[] tcp(InetSocketAddress server, byte[] query) throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(query.length);
            out.write(query);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return in.readNBytes(in.readUnsignedShort());
        }
    }
}
