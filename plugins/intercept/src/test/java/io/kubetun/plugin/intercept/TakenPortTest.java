package io.kubetun.plugin.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakenPortTest {
    @Test
    void readsNumbersNamesAndProtocols() throws KubetunException {
        assertThat(TakenPort.read("8080:3000")).isEqualTo(new TakenPort("8080", OptionalInt.of(3000), Protocol.TCP));
        assertThat(TakenPort.read("8080")).isEqualTo(new TakenPort("8080", OptionalInt.empty(), Protocol.TCP));
        assertThat(TakenPort.read("HTTP-web:80"))
                .isEqualTo(new TakenPort("http-web", OptionalInt.of(80), Protocol.TCP));
        assertThat(TakenPort.read("53:5353/udp")).isEqualTo(new TakenPort("53", OptionalInt.of(5353), Protocol.UDP));
        assertThat(TakenPort.read("7/UDP")).isEqualTo(new TakenPort("7", OptionalInt.empty(), Protocol.UDP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "0", "65536", "8080:", "8080:0", "8080:70000", "a:b", "1:2:3", "80/sctp", "-1", "a_b"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> TakenPort.read(text)).isInstanceOfSatisfying(KubetunException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.next()).contains("-p 8080:3000");
        });
    }
}
