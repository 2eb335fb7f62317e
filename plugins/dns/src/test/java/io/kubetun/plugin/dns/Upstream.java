package io.kubetun.plugin.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.xbill.DNS.Message;

/** Another name server, by UDP: it does with each question what the test says, or stays silent. */
final class Upstream implements AutoCloseable {
    final AtomicInteger asked = new AtomicInteger();
    private final DatagramSocket socket;

    Upstream(Function<Message, Optional<Message>> answer) throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> serve(answer));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve(Function<Message, Optional<Message>> answer) {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        try {
            while (true) {
                packet.setLength(4096);
                socket.receive(packet);
                asked.incrementAndGet();
                Message question = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                Optional<Message> said = answer.apply(question);
                if (said.isPresent()) {
                    byte[] wire = said.get().toWire();
                    socket.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
