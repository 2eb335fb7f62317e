package io.kubetun.plugin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.NameServer;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is asked at the address of the cluster's own name server, and what of it comes there. */
@Timeout(30)
class StandInTest {
    private static final Limits QUICK =
            new Limits(64, 8, 4, 4, Duration.ofMillis(500), Duration.ofMillis(300), Duration.ofMillis(900));
    private static final Target.Address OWN = new Target.Address(InetAddress.ofLiteral("10.96.0.10"), 53);

    private final LoopbackSession session = new LoopbackSession();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private DnsMode mode;
    private NameServer standIn;

    @BeforeEach
    void start() throws Exception {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        mode = new DnsMode(session, new DnsOptions(Optional.of(any), false, List.of(nobody)), QUICK);
        mode.start();
        standIn = session.nameServing().now().orElseThrow();
    }

    @AfterEach
    void stop() {
        mode.stop();
        assertThat(session.nameServing().now()).isEmpty();
        session.close();
    }

    private Message ask(Message query) throws Exception {
        return new Message(standIn.answer(query.toWire(), OWN)
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .orElseThrow());
    }

    private Message ask(String name, int type) throws Exception {
        return ask(Client.query(name, type));
    }

    private static List<String> answers(Message said) {
        return said.getSection(Section.ANSWER).stream()
                .map(record -> record.rdataToString())
                .toList();
    }

    private Message said(Message query) {
        asked.add(query.getQuestion().getName() + " "
                + Type.string(query.getQuestion().getType()));
        Message said = new Message(query.getHeader().getID());
        said.getHeader().setFlag(Flags.QR);
        said.addRecord(query.getQuestion(), Section.QUESTION);
        said.addRecord(
                new ARecord(query.getQuestion().getName(), DClass.IN, 9, InetAddress.ofLiteral("192.0.2.1")),
                Section.ANSWER);
        return said;
    }

    /** The cluster's own, by TCP: each connection one question. */
    private ServerSocket ownByTcp() throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    try (Socket client = server.accept()) {
                        DataInputStream in = new DataInputStream(client.getInputStream());
                        Message query = new Message(in.readNBytes(in.readUnsignedShort()));
                        Client.write(client, said(query).toWire());
                        assertThat(in.read()).isEqualTo(-1);
                    }
                }
            } catch (IOException over) {
                // The test is over.
            }
        });
        return server;
    }

    @Test
    void whatIsThereIsAnsweredWhileTheClustersOwnIsAway() throws Exception {
        Message echo = ask("eChO.lab.svc.cluster.LOCAL", Type.A);
        assertThat(answers(echo)).containsExactly("10.96.0.7");
        assertThat(echo.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answers(ask("echo.lab.svc.cluster.local", Type.AAAA))).containsExactly("fd00:0:0:0:0:0:0:7");
        assertThat(ask("echo.lab.svc.cluster.local", Type.CNAME).getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(ask("many.lab.svc.cluster.local", Type.A).getHeader().getFlag(Flags.TC))
                .as("as the client takes it")
                .isTrue();
    }

    @Test
    void whatIsNotThereIsSaidOnlyWhenTheClustersOwnIsAway() throws Exception {
        Message nosuch = ask("nope.lab.svc.cluster.local", Type.A);
        assertThat(nosuch.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(nosuch.getSection(Section.AUTHORITY).getFirst().getType()).isEqualTo(Type.SOA);
        assertThat(ask("www.example.com", Type.A).getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(ask("out.lab.svc.cluster.local", Type.A).getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(ask("broken.lab.svc.cluster.local", Type.A).getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(ask("cluster.local", Type.AXFR).getRcode()).isEqualTo(Rcode.REFUSED);
        try (ServerSocket own = ownByTcp()) {
            session.dialBy(new LoopbackDialer(own.getLocalPort(), true));
            assertThat(answers(ask("nope.lab.svc.cluster.local", Type.A))).containsExactly("192.0.2.1");
            assertThat(answers(ask("www.Example.com", Type.A))).containsExactly("192.0.2.1");
            assertThat(answers(ask("out.lab.svc.cluster.local", Type.A))).containsExactly("192.0.2.1");
            assertThat(answers(ask("broken.lab.svc.cluster.local", Type.A))).containsExactly("192.0.2.1");
            ask("echo.lab.svc.cluster.local", Type.MX);
            assertThat(answers(ask("echo.lab.svc.cluster.local", Type.A))).containsExactly("10.96.0.7");
        }
        assertThat(asked)
                .containsExactly(
                        "nope.lab.svc.cluster.local. A",
                        "www.Example.com. A",
                        "out.lab.svc.cluster.local. A",
                        "broken.lab.svc.cluster.local. A",
                        "echo.lab.svc.cluster.local. MX");
    }

    @Test
    void byAGatewayDatagramsGoOnAsDatagrams() throws Exception {
        try (Upstream own = new Upstream(query -> Optional.of(said(query)))) {
            session.dialBy(new LoopbackDialer(own.address().getPort(), false));
            assertThat(answers(ask("www.example.com", Type.A))).containsExactly("192.0.2.1");
            assertThat(answers(ask("echo.lab.svc.cluster.local", Type.A))).containsExactly("10.96.0.7");
            assertThat(own.asked).hasValue(1);
        }
    }

    @Test
    void oneThatIsSilentIsNotWaitedForLong() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            session.dialBy(new LoopbackDialer(silent.getLocalPort(), true));
            assertThat(ask("nope.lab.svc.cluster.local", Type.A).getRcode()).isEqualTo(Rcode.NXDOMAIN);
        }
    }

    @Test
    void aConnectionIsAnsweredTooAndEndsAsItShould() throws Exception {
        try (FlowListener listener = session.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(standIn.connection(OWN));
                            }
                        });
                ServerSocket own = ownByTcp();
                Socket client = new Client(listener.address()).socket()) {
            session.dialBy(new LoopbackDialer(own.getLocalPort(), true));
            Client.write(
                    client, Client.query("echo.lab.svc.cluster.local", Type.A).toWire());
            assertThat(answers(Client.read(client))).containsExactly("10.96.0.7");
            Client.write(client, Client.query("www.example.com", Type.A).toWire());
            assertThat(answers(Client.read(client))).containsExactly("192.0.2.1");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(asked).containsExactly("www.example.com. A");
    }

    @Test
    void garbageIsNoQuestion() throws Exception {
        assertThat(standIn.answer(new byte[5], OWN).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .isEmpty();
    }
}
