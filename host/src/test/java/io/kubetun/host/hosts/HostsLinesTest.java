package io.kubetun.host.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostsLinesTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        HostsEntry entry = new HostsEntry(InetAddress.ofLiteral("127.1.27.4"), List.of("echo", "peer-0.peer", "a_b.c"));

        assertThat(HostsLines.of(List.of(entry))).containsExactly("127.1.27.4 echo peer-0.peer a_b.c");
        assertThat(HostsLines.parse("127.1.27.4 echo peer-0.peer a_b.c")).isEqualTo(entry);
        assertThat(HostsLines.parse("::1 echo").address().isLoopbackAddress()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a\n10.0.0.1 bank.example", "a\r", "a#b", "-a", "a-", ".a", "a..b", "a\u0000", "ä", "a/b"})
    void whatIsNoNameIsRefused(String name) {
        HostsEntry entry = new HostsEntry(InetAddress.getLoopbackAddress(), List.of(name));

        assertThatIllegalArgumentException().isThrownBy(() -> HostsLines.of(List.of(entry)));
        assertThatIllegalArgumentException().isThrownBy(() -> HostsLines.parse("127.0.0.1 " + name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", "localhost a", "127.0.0.1  a", "127.0.0.1\ta"})
    void whatIsNoLineIsRefused(String line) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostsLines.parse(line));
    }

    @Test
    void aBlankMakesNoSecondName() {
        HostsEntry entry = new HostsEntry(InetAddress.getLoopbackAddress(), List.of("a b"));

        assertThatIllegalArgumentException().isThrownBy(() -> HostsLines.of(List.of(entry)));
    }

    @Test
    void aNameIsAtMost253Long() {
        assertThat(HostsLines.isName("a".repeat(253))).isTrue();
        assertThat(HostsLines.isName("a".repeat(254))).isFalse();
    }

    @Test
    void manyNamesAreSplitOverLinesThatEveryResolverReads() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            names.add("name-" + i + "." + "x".repeat(60));
        }

        List<String> lines = HostsLines.of(List.of(new HostsEntry(InetAddress.ofLiteral("127.1.27.1"), names)));

        assertThat(lines).hasSizeGreaterThan(5).allMatch(line -> line.length() < 450 && line.startsWith("127.1.27.1 "));
        assertThat(lines.stream().flatMap(line -> HostsLines.parse(line).names().stream()))
                .containsExactlyElementsOf(names);
    }
}
