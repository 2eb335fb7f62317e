package io.kubetun.plugin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.host.NameServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class DnsModeTest {
    private static final Limits QUICK =
            new Limits(64, 8, 4, 4, Duration.ofMillis(500), Duration.ofMillis(300), Duration.ofMillis(900));

    private final LoopbackSession session = new LoopbackSession();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(session));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private Client start(InetSocketAddress... servers) throws Exception {
        // Without any the machine's own would be asked.
        List<InetSocketAddress> upstream = servers.length > 0
                ? List.of(servers)
                : List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        DnsMode mode = new DnsMode(
                session,
                new DnsOptions(
                        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), false, upstream),
                QUICK);
        mode.start();
        open.add(mode::stop);
        return new Client(mode.listening().getFirst().address());
    }

    private Upstream upstream(String ip) throws IOException {
        return server(query -> Optional.of(said(query, ip)));
    }

    private Upstream server(Function<Message, Optional<Message>> answer) throws IOException {
        Upstream upstream = new Upstream(answer);
        open.add(upstream);
        return upstream;
    }

    private static Message said(Message query, String ip) {
        Message said = new Message(query.getHeader().getID());
        said.getHeader().setFlag(Flags.QR);
        said.addRecord(query.getQuestion(), Section.QUESTION);
        said.addRecord(
                new ARecord(query.getQuestion().getName(), DClass.IN, 300, InetAddress.ofLiteral(ip)), Section.ANSWER);
        return said;
    }

    private static List<String> answers(Message said) {
        return said.getSection(Section.ANSWER).stream()
                .map(record -> record.rdataToString())
                .toList();
    }

    @Test
    void answersByUdpAndTcpInTheCaseThatWasAsked() throws Exception {
        Client client = start();
        for (Message said : List.of(
                client.udp(Client.query("eChO.lab.svc.cluster.LOCAL", Type.A)),
                client.tcp(Client.query("eChO.lab.svc.cluster.LOCAL", Type.A)))) {
            assertThat(answers(said)).containsExactly("10.96.0.7");
            assertThat(said.getHeader().getFlag(Flags.AA)).isTrue();
            assertThat(said.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(5);
            assertThat(said.getSection(Section.ANSWER).getFirst().getName().toString())
                    .isEqualTo("eChO.lab.svc.cluster.LOCAL.");
        }
        assertThat(answers(client.udp(Client.query("echo.lab.svc.cluster.local", Type.AAAA))))
                .containsExactly("fd00:0:0:0:0:0:0:7");
        assertThat(client.udp(Client.query("echo.lab.svc.cluster.local", Type.SRV))
                        .getSection(Section.ADDITIONAL))
                .hasSize(1);
    }

    @Test
    void whatIsNotThereIsToldWithHowLongThatHolds() throws Exception {
        Client client = start();
        Message nosuch = client.udp(Client.query("nope.lab.svc.cluster.local", Type.A));
        assertThat(nosuch.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(nosuch.getSection(Section.AUTHORITY).getFirst().getType()).isEqualTo(Type.SOA);
        Message nodata = client.udp(Client.query("echo.lab.svc.cluster.local", Type.MX));
        assertThat(nodata.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(nodata.getSection(Section.AUTHORITY).getFirst().getTTL()).isEqualTo(5);
        assertThat(client.udp(Client.query("cluster.local", Type.SOA)).getSection(Section.ANSWER))
                .hasSize(1);
        assertThat(client.udp(Client.query("broken.lab.svc.cluster.local", Type.A))
                        .getRcode())
                .isEqualTo(Rcode.SERVFAIL);
    }

    @Test
    void whatDoesNotFitIsCutAndComesWholeByTcp() throws Exception {
        Client client = start();
        Message small = client.udp(Client.query("many.lab.svc.cluster.local", Type.A));
        assertThat(small.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(small.numBytes()).isLessThanOrEqualTo(512);
        Message larger = client.udp(Client.withEdns(Client.query("many.lab.svc.cluster.local", Type.A), 1232));
        assertThat(larger.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(larger.numBytes()).isBetween(1100, 1232);
        assertThat(larger.getOPT()).isNotNull();
        Message whole = client.udp(Client.withEdns(Client.query("many.lab.svc.cluster.local", Type.A), 4096));
        assertThat(answers(whole)).hasSize(TableNames.MANY);
        Message tcp = client.tcp(Client.query("many.lab.svc.cluster.local", Type.A));
        assertThat(tcp.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(answers(tcp)).hasSize(TableNames.MANY);
    }

    @Test
    void otherNamesAreAskedOfTheOthers() throws Exception {
        Upstream upstream = upstream("192.0.2.1");
        Client client = start(upstream.address());
        Message said = client.udp(Client.withEdns(Client.query("www.Example.com", Type.A), 1232));
        assertThat(answers(said)).containsExactly("192.0.2.1");
        assertThat(said.getQuestion().getName().toString()).isEqualTo("www.Example.com.");
        assertThat(said.getOPT()).isNotNull();
        assertThat(answers(client.tcp(Client.query("out.lab.svc.cluster.local", Type.A))))
                .containsExactly("www.example.com.", "192.0.2.1");
        assertThat(upstream.asked).hasValue(2);
    }

    @Test
    void theNextServerIsAskedWhenOneIsSilentOrFails() throws Exception {
        Upstream silent = server(query -> Optional.empty());
        Upstream failing = server(query -> {
            Message said = said(query, "192.0.2.9");
            said.removeAllRecords(Section.ANSWER);
            said.getHeader().setRcode(Rcode.SERVFAIL);
            return Optional.of(said);
        });
        Upstream wrong = server(query -> {
            Message said = said(query, "192.0.2.8");
            said.getHeader().setID(query.getHeader().getID() ^ 1);
            return Optional.of(said);
        });
        Upstream good = upstream("192.0.2.1");
        Client client = start(silent.address(), failing.address(), wrong.address(), good.address());
        assertThat(answers(client.udp(Client.query("a.example.com", Type.A)))).containsExactly("192.0.2.1");
        assertThat(answers(client.udp(Client.query("b.example.com", Type.A)))).containsExactly("192.0.2.1");
        assertThat(silent.asked).as("the one that answered is asked first").hasValue(1);
    }

    @Test
    void withoutAnAnswerItSaysSoInTime() throws Exception {
        Upstream silent = server(query -> Optional.empty());
        Client client = start(silent.address());
        long begin = System.nanoTime();
        assertThat(client.udp(Client.query("www.example.com", Type.A)).getRcode())
                .isEqualTo(Rcode.SERVFAIL);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aServerThatSendsOurQuestionsBackIsFoundAndNotAsked() throws Exception {
        AtomicReference<Client> ourselves = new AtomicReference<>();
        List<String> passed = new CopyOnWriteArrayList<>();
        CountDownLatch searched = new CountDownLatch(1);
        Upstream middle = server(query -> {
            passed.add(query.getQuestion().getName().toString());
            try {
                Message again = query.clone();
                again.getHeader().setID(query.getHeader().getID() ^ 0x55);
                if (passed.getLast().contains("loop-check")) {
                    assertThat(ourselves.get().udp(again).getRcode()).isEqualTo(Rcode.SERVFAIL);
                    searched.countDown();
                } else {
                    ourselves.get().tell(again.toWire());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Optional.empty();
        });
        Upstream good = upstream("192.0.2.1");
        Client client = start(middle.address(), good.address());
        ourselves.set(client);
        assertThat(answers(client.udp(Client.query("a.example.com", Type.A)))).containsExactly("192.0.2.1");
        assertThat(searched.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answers(client.udp(Client.query("b.example.com", Type.A)))).containsExactly("192.0.2.1");
        assertThat(passed).doesNotContain("b.example.com.").containsOnlyOnce("a.example.com.");
    }

    @Test
    void aQuestionThatComesStraightBackIsRefusedAtOnce() throws Exception {
        CompletableFuture<Message> returned = new CompletableFuture<>();
        AtomicReference<Client> ourselves = new AtomicReference<>();
        Upstream mirror = server(query -> {
            try {
                returned.complete(ourselves.get().udp(query));
            } catch (IOException e) {
                returned.completeExceptionally(e);
            }
            return Optional.empty();
        });
        Client client = start(mirror.address());
        ourselves.set(client);
        client.udp(Client.query("www.example.com", Type.A));
        assertThat(returned.get().getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(mirror.asked).hasValue(1);
    }

    @Test
    void garbageIsRefusedOrIgnoredAndHarmsNobody() throws Exception {
        Client client = start();
        Random random = new Random(7);
        byte[] good = Client.query("echo.lab.svc.cluster.local", Type.A).toWire();
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(600)] : good.clone();
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            client.tell(bytes);
            if (i % 50 == 0) {
                assertThat(answers(client.udp(good))).containsExactly("10.96.0.7");
            }
        }
        byte[] loop = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte) 0xC0, 12, 0, 1, 0, 1};
        assertThat(client.udp(loop).getRcode()).isEqualTo(Rcode.FORMERR);
        assertThat(answers(client.udp(good))).containsExactly("10.96.0.7");
    }

    @Test
    void aTcpConnectionMayAskOftenAndOneThatMisbehavesEndsAlone() throws Exception {
        Client client = start();
        try (Socket well = client.socket();
                Socket empty = client.socket()) {
            empty.getOutputStream().write(new byte[] {0, 0});
            assertThat(empty.getInputStream().read()).isEqualTo(-1);
            byte[] query = Client.query("echo.lab.svc.cluster.local", Type.A).toWire();
            for (int i = 0; i < 50; i++) {
                Client.write(well, query);
            }
            well.shutdownOutput();
            for (int i = 0; i < 50; i++) {
                assertThat(answers(Client.read(well))).containsExactly("10.96.0.7");
            }
            assertThat(well.getInputStream().read()).isEqualTo(-1);
        }
        try (Socket idle = client.socket()) {
            assertThat(idle.getInputStream().read()).as("closed without a word").isEqualTo(-1);
        }
    }

    @Test
    void aSessionsOwnLabelLeadsIntoItsClusterAndNowhereElse() throws Exception {
        Upstream upstream = upstream("192.0.2.1");
        Upstream peer = upstream("192.0.2.2");
        Limits limits = QUICK;
        NameSpaces spaces = new NameSpaces(
                List.of(new OwnLabel("staging", "cluster.local")),
                () -> new NameServers(List.of(upstream.address()), Map.of("prod", peer.address())));
        Forwarder forwarder = new Forwarder(spaces, limits);
        open.add(forwarder);
        Answering answering = new Answering(new TableNames(), spaces, forwarder, limits);
        Message echo = ask(answering, "Echo.lab.STAGING", Type.A);
        assertThat(answers(echo)).containsExactly("10.96.0.7");
        assertThat(echo.getSection(Section.ANSWER).getFirst().getName().toString())
                .isEqualTo("Echo.lab.STAGING.");
        Message srv = ask(answering, "echo.lab.staging", Type.SRV);
        assertThat(answers(srv)).containsExactly("0 100 80 echo.lab.staging.");
        assertThat(srv.getSection(Section.ADDITIONAL).getFirst().getName().toString())
                .isEqualTo("echo.lab.staging.");
        assertThat(answers(ask(answering, "www.example.staging", Type.A)))
                .as("what the cluster does not have")
                .containsExactly("192.0.2.1");
        assertThat(answers(ask(answering, "echo.lab.prod", Type.A)))
                .as("another session's")
                .containsExactly("192.0.2.2");
        assertThat(answers(ask(answering, "example.org", Type.A))).containsExactly("192.0.2.1");
    }

    private static Message ask(Answering answering, String name, int type) throws Exception {
        return new Message(answering
                .answer(Client.query(name, type).toWire(), true)
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .orElseThrow());
    }

    @Test
    void whatItDoesNotDoIsRefused() throws Exception {
        Client client = start();
        assertThat(client.tcp(Client.query("cluster.local", Type.AXFR)).getRcode())
                .isEqualTo(Rcode.REFUSED);
        Message update = Client.query("cluster.local", Type.SOA);
        update.getHeader().setOpcode(5);
        assertThat(client.udp(update).getRcode()).isEqualTo(Rcode.NOTIMP);
        Message version = Client.query("cluster.local", Type.SOA);
        version.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
        assertThat(client.udp(version).getRcode()).isEqualTo(Rcode.BADVERS);
    }
}
