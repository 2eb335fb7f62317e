package io.kubetun.plugin.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterceptOptionsTest {
    private static Config options(String said) {
        Map<String, String> defaults = new InterceptModeFactory()
                .descriptor().options().stream()
                        .filter(option -> option.defaultValue().isPresent())
                        .collect(Collectors.toMap(
                                ModeDescriptor.Option::key,
                                option -> option.defaultValue().orElseThrow()));
        return ConfigFactory.parseString(said).withFallback(ConfigFactory.parseMap(defaults));
    }

    @Test
    void allIsTakenToLoopbackUnlessMoreIsSaid() throws KubetunException {
        InterceptOptions read = InterceptOptions.read(options("workload = deploy/cart"));
        assertThat(read.workload()).isEqualTo(new WorkloadName(Kind.DEPLOYMENT, "cart"));
        assertThat(read.ports()).isEmpty();
        assertThat(read.to().address(80)).hasToString("127.0.0.1:80");
        assertThat(read.refuse()).isFalse();
        assertThat(read.way()).as("the best that can be").isEmpty();
        assertThat(read.probes()).isFalse();
        assertThat(read.proxyProtocol()).isFalse();
    }

    @Test
    void readsAll() throws KubetunException {
        InterceptOptions read = InterceptOptions.read(options(
                "workload = sts/db, ports = [\"5432\", \"http:80\"], to = \"::1\", on-closed = refuse, probes = true,"
                        + " proxy-protocol = true, way = target-port"));
        assertThat(read.way()).contains(Way.TARGET_PORT);
        assertThat(read.ports()).containsExactly(TakenPort.read("5432"), TakenPort.read("http:80"));
        assertThat(read.to().address(80)).hasToString("[0:0:0:0:0:0:0:1]:80");
        assertThat(read.refuse()).isTrue();
        assertThat(read.probes()).isTrue();
        assertThat(read.proxyProtocol()).isTrue();
    }

    @Test
    void whatAPortSaysGoesBeforeWhatIsSaidForAll() throws KubetunException {
        InterceptOptions read = InterceptOptions.read(
                options(
                        "workload = deploy/cart, to = \"192.0.2.7:9000\", ports = [80, \"81:3000\", \"82:198.51.100.1:5000\"]"));
        assertThat(read.ports())
                .extracting(port -> port.local().or(read.to()).address(1).toString())
                .containsExactly("192.0.2.7:9000", "192.0.2.7:3000", "198.51.100.1:5000");
        LocalDoor six = InterceptOptions.read(options("workload = deploy/cart, to = \"[::1]:9000\""))
                .to();
        assertThat(six.address(1)).hasToString("[0:0:0:0:0:0:0:1]:9000");
        assertThat(six.spoken()).isEqualTo("[0:0:0:0:0:0:0:1]:9000");
        LocalDoor bare = InterceptOptions.read(options("workload = deploy/cart, to = \"[::1]\""))
                .to();
        assertThat(bare.spoken()).isEqualTo("the same port of 0:0:0:0:0:0:0:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nowhere",
                "nowhere:80",
                "127.0.0.1:",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "[127.0.0.1]:80",
                "[::1",
                "127.0.0:80",
                "3000"
            })
    void refusesToLeadFlowsToWhatIsNoAddress(String to) {
        assertThatThrownBy(() -> InterceptOptions.read(options("workload = deploy/cart, to = \"" + to + "\"")))
                .isInstanceOfSatisfying(KubetunException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.next()).contains("--to 192.0.2.7:3000");
                });
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> InterceptOptions.read(options(""))).hasMessageContaining("no workload is named");
        assertThatThrownBy(() -> InterceptOptions.read(options("workload = cart")))
                .hasMessageContaining("\"cart\" is not KIND/NAME");
        assertThatThrownBy(() -> InterceptOptions.read(options("workload = deploy/cart, to = nowhere")))
                .hasMessageContaining("it is no address");
        assertThatThrownBy(() -> InterceptOptions.read(options("workload = deploy/cart, on-closed = maybe")))
                .hasMessageContaining("neither stay nor refuse");
        assertThatThrownBy(() -> InterceptOptions.read(options("workload = deploy/cart, way = door")))
                .hasMessageContaining("none of auto, ephemeral, patch, target-port");
    }
}
