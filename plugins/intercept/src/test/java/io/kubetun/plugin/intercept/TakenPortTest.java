package io.kubetun.plugin.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TakenPortTest {
    @Test
    void readsNumbersNamesAndProtocols() throws KubetunException {
        assertThat(TakenPort.read("8080:3000")).isEqualTo(new TakenPort("8080", port(3000), Protocol.TCP));
        assertThat(TakenPort.read("8080")).isEqualTo(new TakenPort("8080", LocalDoor.ANY, Protocol.TCP));
        assertThat(TakenPort.read("HTTP-web:80")).isEqualTo(new TakenPort("http-web", port(80), Protocol.TCP));
        assertThat(TakenPort.read("53:5353/udp")).isEqualTo(new TakenPort("53", port(5353), Protocol.UDP));
        assertThat(TakenPort.read("7/UDP")).isEqualTo(new TakenPort("7", LocalDoor.ANY, Protocol.UDP));
    }

    private static LocalDoor port(int number) {
        return new LocalDoor(Optional.empty(), OptionalInt.of(number));
    }

    @Test
    void readsAnAddressOfItsOwn() throws KubetunException {
        TakenPort read = TakenPort.read("9090:192.0.2.7:9000");
        assertThat(read.remote()).isEqualTo("9090");
        assertThat(read.local().address(9090)).hasToString("192.0.2.7:9000");
        assertThat(TakenPort.read("dns:[2001:DB8::7]:5353/udp")
                        .local()
                        .address(53)
                        .port())
                .isEqualTo(5353);
        assertThat(TakenPort.read("dns:[2001:db8::7]:5353/udp").local().spoken())
                .isEqualTo("[2001:db8:0:0:0:0:0:7]:5353");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "0",
                "65536",
                "8080:",
                "8080:0",
                "8080:70000",
                "a:b",
                "1:2:3",
                "80/sctp",
                "-1",
                "a_b",
                "80:host:90",
                "80:192.0.2.7",
                "80:192.0.2.7:",
                "80:192.0.2.7:0",
                "80:192.0.2.7:65536",
                "80:192.0.2:1",
                "80:::1:90",
                "80:[::1]",
                "80:[192.0.2.7]:90",
                "80:[::1:90",
                "80:192.0.2.7:90/sctp"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> TakenPort.read(text)).isInstanceOfSatisfying(KubetunException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.next()).contains("-p 8080:3000");
        });
    }
}
