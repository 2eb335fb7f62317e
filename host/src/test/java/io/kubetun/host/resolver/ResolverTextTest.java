package io.kubetun.host.resolver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolverTextTest {
    static ResolverEntry entry(int number, String label) {
        return new ResolverEntry(
                "1000-ab0" + number,
                1000L + number,
                false,
                new SystemNames(
                        "ab0" + number,
                        label,
                        InetAddress.ofLiteral("127.53." + number + ".53"),
                        "cluster.local",
                        List.of("lab" + number + ".svc.cluster.local", "svc.cluster.local", "cluster.local")));
    }

    private static String with(String text, ResolverEntry... entries) {
        ResolverText parsed = ResolverText.parse(text.getBytes(ISO_8859_1));
        for (ResolverEntry entry : entries) {
            parsed = parsed.with(entry);
        }
        return text(parsed);
    }

    private static String without(String text, String owner) {
        return text(ResolverText.parse(text.getBytes(ISO_8859_1)).without(owner));
    }

    private static String text(ResolverText text) {
        return new String(text.bytes(Optional.of("corp.test")), ISO_8859_1);
    }

    /** What glibc makes of a text: at most three servers, the last list to search, the last ndots. */
    private static String read(String text) {
        Directives read = Directives.of(text);
        return read.servers().stream().limit(3).map(InetAddress::getHostAddress).toList() + " " + read.search() + " "
                + read.ndots();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "nameserver 192.0.2.1",
                "nameserver 192.0.2.1\n",
                "nameserver 192.0.2.1\r\nsearch a b\r\n",
                "nameserver 192.0.2.1\r\nsearch a b",
                "# caf\u00e9\nnameserver 2001:db8::1\noptions edns0 trust-ad\n\n\n",
                "options rotate timeout:1\nnameserver 192.0.2.1\n",
                "nameserver 192.0.2.1\noptions rotate",
                "options\trotate\r\nnameserver 192.0.2.1\n",
                "nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nsearch x\noptions ndots:9\n",
            })
    void allThatWasThereComesBackByteForByte(String original) {
        String one = with(original, entry(1, "one"));
        assertThat(without(one, "1000-ab01")).isEqualTo(original);
        assertThat(with(one, entry(1, "one"))).isEqualTo(one);
        String two = with(one, entry(2, "two"));
        assertThat(without(two, "1000-ab02")).isEqualTo(one);
        assertThat(without(without(two, "1000-ab01"), "1000-ab02")).isEqualTo(original);
        assertThat(with(with(original, entry(2, "two")), entry(1, "one"))).isEqualTo(two);
    }

    @Test
    void theSessionIsAskedFirstAndTheOthersAfterIt() {
        assertThat(read(with("nameserver 192.0.2.1\nsearch office.test\n", entry(1, "one"))))
                .isEqualTo("[127.53.1.53, 192.0.2.1] [lab1.svc.cluster.local, svc.cluster.local, cluster.local,"
                        + " office.test] 5");
        assertThat(read(with("nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n", entry(1, "one"))))
                .startsWith("[127.53.1.53, 1.1.1.1, 2.2.2.2]");
    }

    @Test
    void whatAResolverDoesByItselfIsSaid() {
        assertThat(read(with("", entry(1, "one"))))
                .startsWith("[127.53.1.53, 127.0.0.1]")
                .contains("cluster.local, corp.test]");
        assertThat(read(with("domain home.test\n", entry(1, "one"))))
                .contains("cluster.local, home.test]")
                .doesNotContain("corp.test");
    }

    @Test
    void optionsStayButNoServerIsLeftOutByRotating() {
        String text = with("options rotate timeout:1 edns0\nnameserver 192.0.2.1\noptions ndots:2\n", entry(1, "one"));
        assertThat(text.lines().filter(line -> line.startsWith("options ")))
                .containsExactly("options ndots:2", "options timeout:1 edns0", "options ndots:5");
        assertThat(with("options ndots:9\n", entry(1, "one")).lines().filter(line -> line.startsWith("options ")))
                .containsExactly("options ndots:9");
    }

    @Test
    void theFirstSessionHasTheShortNamesUntilItGoes() {
        String two = with("nameserver 192.0.2.1\n", entry(2, "two"), entry(1, "one"));
        assertThat(read(two)).startsWith("[127.53.1.53, 192.0.2.1] [lab1.");
        assertThat(ResolverText.parse(two.getBytes(ISO_8859_1)).byName())
                .containsOnlyKeys("one", "ab01", "two", "ab02");
        assertThat(read(without(two, "1000-ab01"))).startsWith("[127.53.2.53, 192.0.2.1] [lab2.");
        assertThat(two.lines().filter(line -> line.startsWith("# >>> kubetun"))).hasSize(2);
    }

    @Test
    void twoUsersMayHaveTheSameSessionId() {
        ResolverEntry other =
                new ResolverEntry("1001-ab01", 5000, false, entry(3, "three").names());
        String both = with("nameserver 192.0.2.1\n", entry(1, "one"), other);
        assertThat(read(without(both, "1000-ab01"))).startsWith("[127.53.3.53, ");
    }

    @Test
    void whereSystemdResolvedAsksTheFileNamesNoServer() {
        ResolverEntry link =
                new ResolverEntry("1000-ab01", 1, true, entry(1, "one").names());
        String text = with("nameserver 127.0.0.53\noptions edns0 rotate\n", link);
        assertThat(read(text))
                .isEqualTo("[127.0.0.53] [lab1.svc.cluster.local, svc.cluster.local, cluster.local," + " corp.test] 5");
        assertThat(text).contains("\noptions edns0 rotate\n");
    }

    @Test
    void whatSomebodyWritesMeanwhileStays() {
        String before = "nameserver 192.0.2.1\n";
        String text = with(before, entry(1, "one"));
        String changed = text.replace("nameserver 127.53.1.53\n", "nameserver 127.53.1.53\nnameserver 9.9.9.9\n")
                        .replace("nameserver 192.0.2.1", "nameserver 192.0.2.7")
                + "options debug\n";
        assertThat(ResolverText.foreign(changed.getBytes(ISO_8859_1))).containsExactly("nameserver 9.9.9.9");
        assertThat(without(changed, "1000-ab01"))
                .isEqualTo("nameserver 9.9.9.9\nnameserver 192.0.2.7\noptions debug\n");
        String appended = with("nameserver 192.0.2.1", entry(1, "one")) + "options debug\n";
        assertThat(without(appended, "1000-ab01")).isEqualTo("nameserver 192.0.2.1\noptions debug\n");
    }

    @Test
    void aBlockWithoutItsFencesIsStillTakenAway() {
        String text = with("nameserver 192.0.2.1\n", entry(1, "one"));
        String noEnds = text.replace("# <<< kubetun\n", "");
        assertThat(without(noEnds, "1000-ab01")).isEqualTo("nameserver 192.0.2.1\n");
        String noComments = text.lines().filter(line -> !line.startsWith("#")).reduce("", (a, b) -> a + b + "\n");
        assertThat(ResolverText.parse(noComments.getBytes(ISO_8859_1))
                        .withoutServer(InetAddress.ofLiteral("127.53.1.53"))
                        .rest())
                .startsWith("nameserver 192.0.2.1\n");
    }

    @Test
    void aForgedSessionIsNone() {
        String line = entry(1, "one").line();
        assertThat(ResolverEntry.parse(line)).contains(entry(1, "one"));
        assertThat(ResolverEntry.parse(line.replace("127.53.1.53", "127.53.1.54")))
                .isEmpty();
        String evil = "# kubetun session 0-x 1 asked a 8.8.8.8 cluster.local -";
        assertThat(ResolverEntry.parse(evil + " " + ResolverEntry.seal(evil))).isEmpty();
    }
}
