package io.kubetun.plugin.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpConnectTest extends StartedProxy {
    private static final String CONNECT = "CONNECT echo:7 HTTP/1.1\r\nHost: echo:7\r\nUser-Agent: test\r\n\r\n";
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    @Override
    ProxyFixture make() throws Exception {
        return new ProxyFixture("listen-http-connect = \"127.0.0.1:0\"", Limits.DEFAULT);
    }

    @Test
    void connects() throws Exception {
        try (Wire client = proxy.http()) {
            assertThat(client.send(CONNECT).readText(ESTABLISHED.length())).isEqualTo(ESTABLISHED);
            assertThat(client.send("hello").readText(5)).isEqualTo("hello");
            assertThat(client.finish().readAll()).isEmpty();
        }
    }

    @Test
    void losesNoByteBehindTheRequest() throws Exception {
        String data = "\r\n \r\nGET / HTTP/1.1\r\n\r\n\u0000\u00ff"; // must not be read as another request
        try (Wire client = proxy.http()) {
            assertThat(client.send(CONNECT, data).finish().readAll()).isEqualTo(ESTABLISHED + data);
        }
        try (Wire client = proxy.http()) {
            assertThat(client.dribble(CONNECT, data).finish().readAll()).isEqualTo(ESTABLISHED + data);
        }
    }

    @Test
    void keepsBytesInOrderWhileDialling() throws Exception {
        proxy.session.hold("late", 7, proxy.echo.address());
        try (Wire client = proxy.http()) {
            client.send("CONNECT late:7 HTTP/1.0\r\n\r\none");
            proxy.session.nextDial();
            client.send("two").finish();
            proxy.session.release("late", 7);
            assertThat(client.readAll()).isEqualTo(ESTABLISHED + "onetwo");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN_NAME,502",
        "UNKNOWN_PORT,502",
        "NO_ENDPOINTS,503",
        "NOT_A_POD,502",
        "REFUSED,502",
        "UNREACHABLE,502",
        "FORBIDDEN,403",
        "CLUSTER_LOST,503",
        "TIMED_OUT,504",
        "LIMIT,503",
        "RESET,502"
    })
    void saysWhatBecameOfTheDial(Reason reason, int status) throws Exception {
        proxy.session.fail("target", 80, reason);
        try (Wire client = proxy.http()) {
            String answer = client.send("CONNECT target:80 HTTP/1.1\r\n\r\nbytes that nobody will read")
                    .readAll();
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("\r\nConnection: close\r\n");
            assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
                    .isEqualTo(reason + ": target:80 failed: " + reason + "\n");
        }
    }

    @Test
    void readsAddresses() throws Exception {
        try (Wire client = proxy.http()) {
            client.send("CONNECT [fd00::7]:443 HTTP/1.1\r\n\r\n").readAll();
        }
        assertThat(proxy.session.nextDial()).isEqualTo(new Target.Address(InetAddress.ofLiteral("fd00::7"), 443));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT echo HTTP/1.1\r\n\r\n",
                "CONNECT echo:0 HTTP/1.1\r\n\r\n",
                "CONNECT echo:65536 HTTP/1.1\r\n\r\n",
                "CONNECT echo:seven HTTP/1.1\r\n\r\n",
                "CONNECT :7 HTTP/1.1\r\n\r\n",
                "CONNECT fd00::7:443 HTTP/1.1\r\n\r\n",
                "CONNECT echo:7 HTTP/1.1\r\nContent-Length: 4\r\n\r\ndata",
                "CONNECT echo:7 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"
            })
    void refusesWhatIsNoConnect(String request) throws Exception {
        try (Wire client = proxy.http()) {
            assertThat(client.send(request).readAll()).startsWith("HTTP/1.1 400 ");
        }
        assertThat(proxy.session.dialled).isEmpty();
    }

    @Test
    void refusesOtherMethods() throws Exception {
        try (Wire client = proxy.http()) {
            assertThat(client.send("GET http://echo/ HTTP/1.1\r\n\r\n").readAll())
                    .startsWith("HTTP/1.1 405 ")
                    .endsWith("this proxy only knows CONNECT; with curl, say --proxytunnel\n");
        }
        try (Wire client = proxy.http()) {
            assertThat(client.send("GET /proxy.pac HTTP/1.1\r\n\r\n").readAll()).startsWith("HTTP/1.1 405 ");
        }
    }

    @Test
    void limitsTheRequest() throws Exception {
        try (Wire client = proxy.http()) {
            client.send("CONNECT " + "x".repeat(5000));
            assertThat(client.readAll()).startsWith("HTTP/1.1 400 ");
        }
        try (Wire client = proxy.http()) {
            client.send("CONNECT echo:7 HTTP/1.1\r\nX: ", "x".repeat(9000));
            assertThat(client.readAll()).startsWith("HTTP/1.1 400 ");
        }
    }
}
