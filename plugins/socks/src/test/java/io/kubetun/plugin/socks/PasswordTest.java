package io.kubetun.plugin.socks;

import static io.kubetun.plugin.socks.Wire.bytes;
import static io.kubetun.plugin.socks.Wire.connect;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class PasswordTest {
    private ProxyFixture proxy;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "s3cret:x\n");
        proxy = new ProxyFixture(
                        "user = alice, password-file = \"" + file + "\", listen-http-connect = \"127.0.0.1:0\"",
                        Limits.DEFAULT)
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
    }

    @Test
    void letsInWhoKnowsIt() throws Exception {
        try (Wire client = proxy.socks()) {
            assertThat(client.send(5, 2, 0, 2).read(2)).isEqualTo(bytes(5, 2));
            assertThat(client.send(1, 5, "alice", 8, "s3cret:x").read(2)).isEqualTo(bytes(1, 0));
            assertThat(client.send(connect("echo", 7), "data").read(10)[1]).isZero();
            assertThat(client.readText(4)).isEqualTo("data");
        }
    }

    @Test
    void takesAllMessagesInOneSegmentAndByteByByte() throws Exception {
        byte[] all = bytes(5, 1, 2, 1, 5, "alice", 8, "s3cret:x", connect("echo", 7), "data");
        try (Wire client = proxy.socks()) {
            assertThat(client.send(all).read(4)).isEqualTo(bytes(5, 2, 1, 0));
            client.read(10);
            assertThat(client.readText(4)).isEqualTo("data");
        }
        try (Wire client = proxy.socks()) {
            assertThat(client.dribble(all).read(4)).isEqualTo(bytes(5, 2, 1, 0));
            client.read(10);
            assertThat(client.readText(4)).isEqualTo("data");
        }
    }

    @ParameterizedTest
    @CsvSource({"alice,wrong", "bob,s3cret:x", "alice,''", "'',''"})
    void keepsOutWhoDoesNot(String user, String password) throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(5, 1, 2, 1, user.length(), user, password.length(), password, connect("echo", 7));
            assertThat(client.read(4)).isEqualTo(bytes(5, 2, 1, 1));
            assertThat(client.readAll()).isEmpty();
        }
        assertThat(proxy.session.dialled).isEmpty();
    }

    @Test
    void keepsOutWhoOffersNone() throws Exception {
        try (Wire client = proxy.socks()) {
            assertThat(client.send(5, 1, 0, connect("echo", 7)).read(2)).isEqualTo(bytes(5, 0xff));
            assertThat(client.readAll()).isEmpty();
        }
        try (Wire client = proxy.socks()) { // SOCKS4 has none
            assertThat(client.send(4, 1, 0, 7, 0, 0, 0, 1, 0, "echo", 0).read(8)[1])
                    .isEqualTo((byte) 91);
        }
        assertThat(proxy.session.dialled).isEmpty();
    }

    @Test
    void isAskedForByHttpConnect() throws Exception {
        try (Wire client = proxy.http()) {
            assertThat(client.send("CONNECT echo:7 HTTP/1.1\r\nHost: echo:7\r\n\r\n")
                            .readAll())
                    .startsWith("HTTP/1.1 407 ")
                    .contains("\r\nProxy-Authenticate: Basic realm=\"kubetun\"")
                    .endsWith("this proxy wants a user name and a password\n");
        }
        assertThat(connectAs("alice:s3cret:x")).isEqualTo("HTTP/1.1 200");
        assertThat(connectAs("alice:wrong")).isEqualTo("HTTP/1.1 407");
        assertThat(connectAs("alice")).isEqualTo("HTTP/1.1 407");
        assertThat(proxy.session.dialled).hasSize(1);
    }

    private String connectAs(String login) throws Exception {
        String token = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        try (Wire client = proxy.http()) {
            client.send("CONNECT echo:7 HTTP/1.1\r\nProxy-Authorization: basic " + token + "\r\n\r\n");
            return client.readText(12);
        }
    }
}
