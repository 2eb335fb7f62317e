package io.kubetun.plugin.hostsfwd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.Plugin;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardOptionsTest {
    @Test
    void the_module_provides_the_mode() {
        ModeDescriptor mode = new HostsForwardPlugin().modes().getFirst().descriptor();
        assertThat(mode.name()).isEqualTo("hosts-fwd");
        assertThat(mode.command()).isEqualTo("forward");
        assertThat(mode.options())
                .flatExtracting(Option::flags)
                .contains("-n", "-A", "-l", "-f", "-m", "-r", "-d", "--no-hosts", "--hosts-path");
        assertThat(HostsForwardPlugin.class.getModule().getDescriptor().provides())
                .anyMatch(provided -> provided.service().equals(Plugin.class.getName())
                        && provided.providers().contains(HostsForwardPlugin.class.getName()));
    }

    @Test
    void the_active_namespace_is_the_default_and_the_first_one_listed_has_the_bare_names() throws KubetunException {
        assertThat(parse("").selection().namespaces()).containsExactly("active");
        assertThat(parse("namespaces = [b, a]").bareNamespace()).isEqualTo("b");
        assertThat(parse("all-namespaces = true").bareNamespace()).isEqualTo("active");
        assertThat(parse("reserve = [\"echo:127.9.9.9\"]").reservations()).containsOnlyKeys("echo.active");
        assertThat(parse("mapping = [\"80:8080\", \"443:8443\"]").mapping()).isEqualTo(Map.of(80, 8080, 443, 8443));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mapping = [\"80\"]",
                "mapping = [\"80:0\"]",
                "mapping = [\"80:99999\"]",
                "mapping = [\"80:81\", \"80:82\"]",
                "reserve = [\"echo\"]",
                "reserve = [\"echo:10.0.0.1\"]",
                "reserve = [\"echo:127.0.0.1\"]",
                "reserve = [\"echo:\\\"::1\\\"\"]",
                "reserve = [\"a:127.9.9.9\", \"b:127.9.9.9\"]",
                "domain = \"not a domain\"",
                "namespaces = [\"a b\"]",
                "namespaces = [a], all-namespaces = true"
            })
    void what_cannot_be_used_is_refused_with_a_better_one(String options) {
        assertThatThrownBy(() -> parse(options)).isInstanceOfSatisfying(KubetunException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(failure.next()).isNotEmpty();
        });
    }

    private static ForwardOptions parse(String hocon) throws KubetunException {
        return ForwardOptions.of(
                ConfigFactory.parseString(hocon)
                        .withFallback(ConfigFactory.parseMap(Map.of("hosts-path", "/etc/hosts"))),
                "active");
    }
}
