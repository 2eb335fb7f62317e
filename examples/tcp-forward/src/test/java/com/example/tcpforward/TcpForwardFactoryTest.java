package com.example.tcpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.Plugin;
import io.kubetun.spi.Target;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpForwardFactoryTest {
    @Test
    void isWhatTheModuleProvides() {
        assertThat(TcpForwardPlugin.class.getModule().getDescriptor().provides())
                .singleElement()
                .satisfies(service -> {
                    assertThat(service.service()).isEqualTo(Plugin.class.getName());
                    assertThat(service.providers()).containsExactly(TcpForwardPlugin.class.getName());
                });
    }

    @Test
    void describesItsMode() {
        ModeDescriptor mode = new TcpForwardPlugin().modes().getFirst().descriptor();
        assertThat(mode.command()).isEqualTo("tcp-forward");
        assertThat(mode.options()).extracting(ModeDescriptor.Option::key).containsExactly("target", "listen");
    }

    @Test
    void readsTargets() throws Exception {
        assertThat(TcpForwardFactory.target("Echo.lab:80")).isEqualTo(new Target.Name("echo.lab", 80));
        assertThat(TcpForwardFactory.target("[fd00::1]:443"))
                .isEqualTo(new Target.Address(InetAddress.ofLiteral("fd00::1"), 443));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "echo", "echo:", ":80", "echo:http", "echo:0", "echo:65536"})
    void refusesWhatIsNoTarget(String text) {
        assertThatThrownBy(() -> TcpForwardFactory.target(text))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("kubetun tcp-forward --target");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{target = \"echo:80\", listen = \"0.0.0.0:80\"}"})
    void refusesOptionsBeforeItTouchesTheSession(String options) {
        assertThatThrownBy(() -> new TcpForwardFactory().create(null, ConfigFactory.parseString(options)))
                .isInstanceOf(KubetunException.class);
    }
}
