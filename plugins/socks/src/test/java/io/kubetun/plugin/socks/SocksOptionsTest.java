package io.kubetun.plugin.socks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.Plugin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocksOptionsTest {
    private static KubetunException failure(String options) {
        return assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> ProxyFixture.options(options))
                .actual();
    }

    @ParameterizedTest
    @ValueSource(strings = {"listen", "listen-http-connect", "listen-pac"})
    void wantsAFlagAndAPasswordForOtherMachines(String key) throws Exception {
        String remote = key + " = \"0.0.0.0:1080\"";
        assertThat(failure(remote + ", password = s3cret").code()).isEqualTo(ErrorCode.USAGE);
        assertThat(failure(remote).next()).contains("--allow-remote");
        assertThat(failure(remote + ", allow-remote = true").code()).isEqualTo(ErrorCode.USAGE);
        assertThat(failure(remote + ", allow-remote = true").next())
                .contains("--password-file", "KUBETUN_MODES_SOCKS_PASSWORD");
        assertThat(ProxyFixture.options(remote + ", allow-remote = true, password = s3cret")
                        .login())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1081,127.0.0.1,1081",
        "127.9.9.9:0,127.9.9.9,0",
        "localhost:1080,127.0.0.1,1080",
        "[::1]:1080,::1,1080",
        "1082,127.0.0.1,1082"
    })
    void readsAddresses(String text, String host, int port) throws Exception {
        assertThat(ProxyFixture.options("listen = \"" + text + "\"").socks())
                .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral(host), port));
    }

    @ParameterizedTest
    @ValueSource(strings = {":1080", "example.org:1080", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:http", "", "x"})
    void refusesOtherTexts(String text) {
        assertThat(failure("listen = \"" + text + "\"").code()).isEqualTo(ErrorCode.USAGE);
    }

    @Test
    void wantsAListenerForThePacFile() {
        assertThat(failure("pac = true").next()).contains("--listen-http-connect");
    }

    @Test
    void takesThePasswordFromAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "s3cret\r\n");
        Login login = ProxyFixture.options("password = another, password-file = \"" + file + "\"")
                .login()
                .orElseThrow();
        assertThat(login.matches(Login.of("kubetun", "s3cret"))).isTrue();
        assertThat(login.toString()).doesNotContain("s3cret");
        KubetunException missing = failure("password-file = \"" + folder.resolve("none") + "\"");
        assertThat(missing.code()).isEqualTo(ErrorCode.CONFIG_NOT_FOUND);
        assertThat(missing.why()).isEqualTo("it does not exist");
    }

    @Test
    void refusesPasswordsThatTheProtocolCannotCarry(@TempDir Path folder) throws Exception {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(failure("password-file = \"" + empty + "\"").code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        KubetunException tooLong = failure("password = " + "x".repeat(256));
        assertThat(tooLong.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(tooLong.getMessage()).doesNotContain("xxx");
    }

    @Test
    void aPortInUseLeavesNothingOpen() throws Exception {
        try (ProxyFixture first = new ProxyFixture().start();
                ProxyFixture second = new ProxyFixture(
                        "listen-http-connect = \"127.0.0.1:"
                                + first.address("SOCKS5").getPort() + "\"",
                        Limits.DEFAULT)) {
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(second::start)
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE));
            assertThat(second.mode.listening()).isEmpty();
        }
    }

    @Test
    void isFoundAsAServiceAndDescribesItself() {
        assertThat(SocksPlugin.class.getModule().getDescriptor().provides())
                .singleElement()
                .satisfies(provides -> {
                    assertThat(provides.service()).isEqualTo(Plugin.class.getName());
                    assertThat(provides.providers()).containsExactly(SocksPlugin.class.getName());
                });
        Plugin plugin = new SocksPlugin();
        assertThat(plugin.name()).isEqualTo("socks");
        var descriptor = plugin.modes().getFirst().descriptor();
        assertThat(descriptor.name()).isEqualTo("socks");
        assertThat(descriptor.command()).isEqualTo("proxy-out");
        assertThat(descriptor.needs()).isEmpty();
        assertThat(descriptor.options().stream().map(ModeDescriptor.Option::key))
                .contains("listen", "listen-http-connect", "pac", "password-file");
        assertThat(descriptor.options())
                .filteredOn(option -> option.key().equals("password"))
                .singleElement()
                .satisfies(option -> assertThat(option.flags()).isEmpty());
    }
}
