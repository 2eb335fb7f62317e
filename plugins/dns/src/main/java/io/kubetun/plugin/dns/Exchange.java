package io.kubetun.plugin.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;

/**
 * One question to one name server: by UDP from a port of its own, and by TCP if the answer is cut off. An answer counts only
 * if it is the server's, has the question's random number and names the question. Blocks; thread-safe.
 */
final class Exchange implements AutoCloseable {
    private static final int LARGEST = 4096;

    private final SecureRandom random = new SecureRandom();
    private final Set<Sent> sent = ConcurrentHashMap.newKeySet();
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private record Sent(int id, Record question) {}

    boolean isAsking(int id, Record question) {
        return sent.contains(new Sent(id, question));
    }

    Message ask(InetSocketAddress server, Message question, Duration limit) throws IOException {
        Message query = question.clone();
        query.getHeader().setID(random.nextInt(1 << 16));
        Sent mine = new Sent(query.getHeader().getID(), query.getQuestion());
        long end = System.nanoTime() + limit.toNanos();
        sent.add(mine);
        try {
            Message said = byDatagram(server, query, end);
            return said.getHeader().getFlag(Flags.TC) ? byStream(server, query, end) : said;
        } finally {
            sent.remove(mine);
        }
    }

    private Message byDatagram(InetSocketAddress server, Message query, long end) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return whileOpen(socket, () -> {
                socket.connect(server);
                byte[] wire = query.toWire();
                socket.send(new DatagramPacket(wire, wire.length));
                DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
                while (true) {
                    socket.setSoTimeout(left(end));
                    socket.receive(packet);
                    Optional<Message> said = read(query, Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (said.isPresent()) {
                        return said.get();
                    }
                    packet.setLength(LARGEST);
                }
            });
        }
    }

    private Message byStream(InetSocketAddress server, Message query, long end) throws IOException {
        try (Socket socket = new Socket()) {
            return whileOpen(socket, () -> {
                socket.connect(server, left(end));
                byte[] wire = query.toWire();
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                byte[] frame = new byte[wire.length + 2];
                frame[0] = (byte) (wire.length >> 8);
                frame[1] = (byte) wire.length;
                System.arraycopy(wire, 0, frame, 2, wire.length);
                out.write(frame);
                out.flush();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                socket.setSoTimeout(left(end));
                byte[] answer = new byte[in.readUnsignedShort()];
                int at = 0;
                while (at < answer.length) {
                    socket.setSoTimeout(left(end));
                    int count = in.read(answer, at, answer.length - at);
                    if (count < 0) {
                        throw new IOException("the answer ends in its middle");
                    }
                    at += count;
                }
                return read(query, answer).orElseThrow(() -> new IOException("the answer is to another question"));
            });
        }
    }

    private static Optional<Message> read(Message query, byte[] wire) {
        try {
            Message said = new Message(wire);
            boolean ours = said.getHeader().getFlag(Flags.QR)
                    && said.getHeader().getID() == query.getHeader().getID()
                    && query.getQuestion().equals(said.getQuestion());
            return ours ? Optional.of(said) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static int left(long end) throws SocketTimeoutException {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) millis;
    }

    private Message whileOpen(AutoCloseable socket, Conversation conversation) throws IOException {
        open.add(socket);
        try {
            if (closed) {
                throw new SocketException("the session ends");
            }
            return conversation.have();
        } finally {
            open.remove(socket);
        }
    }

    private interface Conversation {
        Message have() throws IOException;
    }

    /** Breaks off what is on its way. */
    @Override
    public void close() {
        closed = true;
        for (AutoCloseable socket : open) {
            try {
                socket.close();
            } catch (Exception e) {
                // It is gone either way.
            }
        }
    }
}
