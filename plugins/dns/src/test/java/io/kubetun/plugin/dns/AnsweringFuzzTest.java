package io.kubetun.plugin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.kubetun.spi.host.NameServers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;

/**
 * Whatever arrives, the answer is none or one that can be read, is an answer to that number and is no longer than the client
 * takes. The corpus is replayed in each build; to search, set {@code JAZZER_FUZZ=1} in the environment and run this class
 * alone.
 */
class AnsweringFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void answersOrIgnores(byte[] bytes) throws IOException {
        NameSpaces spaces = new NameSpaces(List.of(), () -> new NameServers(List.of(), Map.of()));
        try (Forwarder nobody = new Forwarder(spaces, Limits.DEFAULT)) {
            Answering answering = new Answering(new TableNames(), spaces, nobody, Limits.DEFAULT);
            for (boolean udp : new boolean[] {true, false}) {
                Optional<byte[]> answer =
                        answering.answer(bytes, udp).toCompletableFuture().join();
                if (answer.isPresent()) {
                    Message said = new Message(answer.get());
                    assertThat(said.getHeader().getFlag(Flags.QR)).isTrue();
                    assertThat(said.getHeader().getID()).isEqualTo(((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF));
                    assertThat(answer.get().length).isLessThanOrEqualTo(udp ? Reply.LARGEST_DATAGRAM : 65535);
                }
            }
        }
    }
}
