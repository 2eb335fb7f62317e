package io.kubetun.host.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TornWriteTest {
    private final byte[] before = "127.0.0.1 localhost\n".getBytes(UTF_8);
    private final byte[] after = "127.0.0.1 localhost\n127.1.27.1 echo\n".getBytes(UTF_8);

    @Test
    void comesBackFromDisk() {
        TornWrite write =
                TornWrite.decode(new TornWrite(before, after).encode()).orElseThrow();

        assertThat(write.before()).isEqualTo(before);
        assertThat(write.encode()).isEqualTo(new TornWrite(before, after).encode());
    }

    @Test
    void aCopyThatIsNotWholeIsNone() {
        byte[] copy = new TornWrite(before, after).encode();

        for (int length = 0; length < copy.length; length++) {
            assertThat(TornWrite.decode(Arrays.copyOf(copy, length))).isEmpty();
        }
        for (int i = 0; i < copy.length; i++) {
            byte[] flipped = copy.clone();
            flipped[i] ^= 1;
            assertThat(TornWrite.decode(flipped)).isEmpty();
        }
    }

    @Test
    void anUnfinishedWriteIsKnown() {
        TornWrite growing = new TornWrite(before, after);
        TornWrite shrinking = new TornWrite(after, "x\n".getBytes(UTF_8));

        assertThat(growing.explains(Arrays.copyOf(after, before.length + 5))).isTrue();
        byte[] mixed = after.clone();
        mixed[0] = 'x';
        mixed[1] = '\n';
        assertThat(shrinking.explains(mixed)).isTrue();
        byte[] holes = after.clone();
        Arrays.fill(holes, before.length, after.length, (byte) 0);
        assertThat(growing.explains(holes)).isTrue();
    }

    @Test
    void whatSomebodyElseWroteIsNotOurs() {
        TornWrite write = new TornWrite(before, after);

        assertThat(write.explains(before)).isFalse();
        assertThat(write.explains(after)).isFalse();
        assertThat(write.explains("127.0.0.1 localhost\n10.0.0.9 x\n".getBytes(UTF_8)))
                .isFalse();
        assertThat(write.explains(new byte[0])).isFalse();
    }
}
