package io.kubetun.kernel.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.link.FlowHeaders.Request;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowHeadersTest {
    private static final InetSocketAddress TO = new InetSocketAddress(InetAddress.ofLiteral("10.42.0.7"), 8080);

    @ParameterizedTest
    @ValueSource(strings = {"10.42.0.9", "2001:db8::9"})
    void whoOpenedAFlowIsToldByRfc7239(String address) {
        InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral(address), 40_001);
        for (Request request :
                new Request[] {new Request.Tcp(TO, Optional.of(from)), new Request.Udp(TO, Optional.of(from))}) {
            Http2Headers headers = FlowHeaders.of(request);
            assertThat(headers.get("forwarded").toString())
                    .isIn("for=\"10.42.0.9:40001\"", "for=\"[2001:db8:0:0:0:0:0:9]:40001\"");
            assertThat(FlowHeaders.parse(headers)).contains(request);
        }
    }

    @Test
    void withoutItNobodyIsTold() {
        Request request = new Request.Tcp(TO, Optional.empty());
        assertThat(FlowHeaders.of(request).contains("forwarded")).isFalse();
        assertThat(FlowHeaders.parse(FlowHeaders.of(request))).contains(request);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "for=1.2.3.4:5", "for=\"unknown\"", "for=\"a.b:5\"", "for=\"1.2.3.4\"", "for=\""})
    void whatIsNotUnderstoodNeverNamesSomebody(String told) {
        Http2Headers headers = FlowHeaders.of(new Request.Tcp(TO, Optional.empty()));
        headers.add("forwarded", told);
        assertThat(FlowHeaders.parse(headers)).contains(new Request.Tcp(TO, Optional.empty()));
    }
}
