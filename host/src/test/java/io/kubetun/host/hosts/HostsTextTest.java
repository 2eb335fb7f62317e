package io.kubetun.host.hosts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTextTest {
    private static final List<String> LINES = List.of("127.1.27.1 echo echo.lab", "127.1.27.2 web");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\r\n",
                "\r",
                "x",
                "127.0.0.1 localhost\n",
                "127.0.0.1 localhost",
                "a\r\nb\r\n",
                "a\r\nb",
                "a\r",
                "\u0000\u00ff\u0085\n\n\n",
                "\n\nx\n \n",
                "# kubetun was here\n",
                "127.0.0.1 kubetun #kubetun: mine\n"
            })
    void aBlockComesAndGoesWithoutATrace(String original) {
        byte[] with = HostsText.with(bytes(original), "a1", LINES);

        assertThat(text(with)).startsWith(original).contains("127.1.27.1 echo echo.lab #kubetun:a1 ");
        assertThat(text(HostsText.with(with, "a1", LINES))).isEqualTo(text(with));
        assertThat(text(HostsText.without(with, "a1"))).isEqualTo(original);
    }

    @Test
    void theBlockIsFencedAndSaysWhoseItIs() {
        assertThat(text(HostsText.with(bytes("127.0.0.1 localhost\n"), "a1", LINES)))
                .isEqualTo("""
                127.0.0.1 localhost
                # >>> kubetun a1: do not edit inside
                127.1.27.1 echo echo.lab #kubetun:a1 876e972c
                127.1.27.2 web #kubetun:a1 ffcf410d
                # <<< kubetun a1
                """);
    }

    @Test
    void aNewBlockTakesThePlaceOfTheOldOne() {
        String with = text(HostsText.with(bytes("one\n"), "a1", LINES)) + "two\n";

        String changed = text(HostsText.with(bytes(with), "a1", List.of("127.1.27.9 other")));

        assertThat(changed)
                .startsWith("one\n# >>>")
                .endsWith("# <<< kubetun a1\ntwo\n")
                .doesNotContain("echo");
        assertThat(text(HostsText.with(bytes(changed), "a1", List.of()))).isEqualTo("one\ntwo\n");
    }

    @Test
    void aUsersLinesInsideTheBlockStay() {
        String edited = text(HostsText.with(bytes("one\n"), "a1", LINES))
                .replace("127.1.27.2 web", "10.0.0.9 mine\n  # a note\n127.1.27.2 web");

        assertThat(text(HostsText.without(bytes(edited), "a1"))).isEqualTo("one\n10.0.0.9 mine\n  # a note\n");
        assertThat(text(HostsText.with(bytes(edited), "a1", LINES))).contains("10.0.0.9 mine\n  # a note\n");
    }

    @Test
    void anEntryThatSomebodyChangedIsTheirsFromThenOn() {
        String with = text(HostsText.with(bytes("one\n"), "a1", LINES));
        String edited =
                with.replace("127.1.27.2 web", "10.0.0.9 web db").replace("127.1.27.1", "# 127.1.27.1") + "after 1\n";

        assertThat(HostsText.foreign(bytes(with), "a1")).isEmpty();
        assertThat(HostsText.foreign(bytes(edited), "a1"))
                .containsExactly("# 127.1.27.1 echo echo.lab", "10.0.0.9 web db");
        assertThat(text(HostsText.without(bytes(edited), "a1")))
                .isEqualTo("one\n# 127.1.27.1 echo echo.lab\n10.0.0.9 web db\nafter 1\n");
        assertThat(text(HostsText.with(bytes(edited), "a1", LINES)))
                .contains("\n10.0.0.9 web db\n")
                .contains("127.1.27.2 web #kubetun:a1 ");
        assertThat(HostsText.foreign(bytes(edited), "b2")).isEmpty();
    }

    @Test
    void entriesOfTheFirstKubetunsHaveNoChecksum() {
        String old = "one\n# >>> kubetun a1: do not edit inside\n127.1.27.2 web #kubetun:a1\nmine\n# <<< kubetun a1\n";

        assertThat(HostsText.foreign(bytes(old), "a1")).containsExactly("mine");
        assertThat(text(HostsText.without(bytes(old), "a1"))).isEqualTo("one\nmine\n");
    }

    @Test
    void aCutFenceTakesNothingOfTheUsersWithIt() {
        String with = text(HostsText.with(bytes("one\n"), "a1", LINES));

        String noEnd = with.replace("# <<< kubetun a1\n", "") + "10.0.0.9 mine\n";
        String noBegin = with.replace("# >>> kubetun a1: do not edit inside\n", "") + "10.0.0.9 mine\n";

        assertThat(text(HostsText.without(bytes(noEnd), "a1"))).isEqualTo("one\n10.0.0.9 mine\n");
        assertThat(text(HostsText.without(bytes(noBegin), "a1"))).isEqualTo("one\n10.0.0.9 mine\n");
    }

    @Test
    void anEditorMayChangeTheLineEnds() {
        String with = text(HostsText.with(bytes("one\n"), "a1", LINES)).replace("\n", "\r\n");

        assertThat(text(HostsText.without(bytes(with), "a1"))).isEqualTo("one\r\n");
    }

    @Test
    void theOtherOwnersBlockInheritsTheLineBreak() {
        byte[] both = HostsText.with(HostsText.with(bytes("no end"), "a1", LINES), "b2", LINES);

        byte[] second = HostsText.without(both, "a1");

        assertThat(text(second)).startsWith("no end\n# >>> kubetun b2").doesNotContain("a1");
        assertThat(text(HostsText.without(second, "b2"))).isEqualTo("no end");
    }

    @Test
    void whatAUserAppendsKeepsTheLineBreakThatItNeeds() {
        String with = text(HostsText.with(bytes("no end"), "a1", LINES)) + "10.0.0.9 mine\n";

        assertThat(text(HostsText.without(bytes(with), "a1"))).isEqualTo("no end\n10.0.0.9 mine\n");
    }

    @Test
    void ownersAreFoundByAnyLineOfTheirs() {
        byte[] both = HostsText.with(HostsText.with(bytes("x"), "a1", LINES), "b2", LINES);

        assertThat(HostsText.owners(both)).containsExactly("a1", "b2");
        assertThat(HostsText.owners(bytes("127.0.0.1 x #kubetun:c3"))).containsExactly("c3");
        assertThat(HostsText.owners(bytes("127.0.0.1 x"))).isEmpty();
    }

    @Test
    void aLongLineOfTheUsersIsNoTrouble() {
        String original = "127.0.0.1 " + "name ".repeat(100_000) + "#kubetun:a1 not quite\n";

        assertThat(text(HostsText.without(bytes(original), "a1"))).isEqualTo(original);
    }

    @RepeatedTest(200)
    void anyOrderOfChangesEndsWithTheOriginal() {
        long seed = RandomGenerator.getDefault().nextLong();
        Random random = new Random(seed);
        byte[] original = randomText(random);
        List<String> owners = List.of("a1", "b2", "c3");

        byte[] now = original;
        for (int i = 0; i < 12; i++) {
            String owner = owners.get(random.nextInt(owners.size()));
            int lines = random.nextInt(3);
            now = HostsText.with(now, owner, LINES.subList(0, lines));
            assertThat(HostsText.owners(now).contains(owner)).isEqualTo(lines > 0);
        }
        for (String owner : owners) {
            now = HostsText.without(now, owner);
        }

        assertThat(now).as("seed %d", seed).isEqualTo(original);
    }

    private static byte[] randomText(Random random) {
        byte[] text = new byte[random.nextInt(60)];
        byte[] alphabet = bytes("\n\n\n\r\r #kubetun:a1 127.0.0.1 x\u0000\u00ff");
        for (int i = 0; i < text.length; i++) {
            text[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return text;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
