package io.kubetun.host.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.namespace.ImmediateEffects;
import io.kubetun.host.natives.Users;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HelperFramesTest {
    @TempDir
    Path folder;

    @Test
    void framesSurviveAnyCut() throws Exception {
        byte[] all = concat(Frames.encode("{\"a\":1}"), Frames.encode("ä".repeat(3000)), Frames.encode("x"));
        for (int step : new int[] {1, 3, 1000, all.length}) {
            Frames frames = new Frames();
            List<String> documents = new ArrayList<>();
            for (int at = 0; at < all.length; at += step) {
                frames.add(ByteBuffer.wrap(all, at, Math.min(step, all.length - at)));
                for (Optional<String> next = frames.next(); next.isPresent(); next = frames.next()) {
                    documents.add(next.get());
                }
            }
            assertThat(documents).containsExactly("{\"a\":1}", "ä".repeat(3000), "x");
        }
    }

    @Test
    void aLengthOutOfRangeIsAnError() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Frames.MAX_FRAME + 1}) {
            Frames frames = new Frames();
            frames.add(ByteBuffer.allocate(4).putInt(length).flip());
            assertThatThrownBy(frames::next).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Frames.encode("x".repeat(Frames.MAX_FRAME + 1)))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "a=1",
                "include file(\"/etc/passwd\")",
                "{include \"/etc/passwd\"}",
                "{\"a\":${HOME}}",
                "{\"a\":${?HOME}}",
                "{\"v\":1} {\"v\":1}",
                "{\"a\":\"\\"
            })
    void onlyJsonIsRead(String document) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read(document));
    }

    @Test
    void deepNestingIsRefusedBeforeItIsParsed() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("[".repeat(1_000_000)));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("{\"a\":".repeat(1_000_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"v\":2,\"op\":\"ping\"}",
                "{\"v\":1}",
                "{\"v\":1,\"op\":\"shell\"}",
                "{\"v\":1,\"op\":\"listen\"}",
                "{\"v\":1,\"op\":\"listen\",\"address\":[],\"port\":1}",
                "{\"v\":1,\"op\":\"put-hosts\",\"file\":\"\\u0000\",\"owner\":\"a\",\"lines\":[]}",
                "{\"v\":1,\"op\":\"put-hosts\",\"file\":\"/x\",\"owner\":\"a\",\"lines\":[{}]}"
            })
    void whatIsNoRequestIsRefused(String document) {
        assertThatIllegalArgumentException().isThrownBy(() -> Request.of(Json.read(document)));
    }

    @Test
    void requestsComeThroughUnchanged() {
        for (Request request : List.of(
                new Request.Ping(),
                new Request.PutHosts(Path.of("/etc/hosts"), "a1", List.of("127.0.0.1 a", "127.0.0.2 b")),
                new Request.Undo("hosts-block", "/etc/hosts#a1"),
                new Request.Listen("::1", 80, true))) {
            assertThat(Request.of(Json.read(request.toJson(7)))).isEqualTo(request);
        }
    }

    @RepeatedTest(30)
    void noGarbageHurtsTheHelper() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the helper runs on Linux");
        long seed = RandomGenerator.getDefault().nextLong();
        Random random = new Random(seed);
        Path file = Files.writeString(folder.resolve("hosts"), "x");
        Path socket = folder.resolve("s/helper.sock");
        HelperSettings settings = new HelperSettings(
                socket, Users.current(), file, folder.resolve("resolv.conf"), folder.resolve("state"));
        try (HelperServer server = new HelperServer(settings, new ImmediateEffects())) {
            CompletableFuture<String> ended = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> ended.complete(server.run()));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                write(client, Frames.encode(new Request.PutHosts(file, "a1", List.of("127.0.0.9 a")).toJson(1)));
                for (int i = 0; i < 20; i++) {
                    byte[] frame = Frames.encode(new Request.Listen("127.0.0.1", 1, false).toJson(i));
                    for (int flips = random.nextInt(4); flips > 0; flips--) {
                        frame[random.nextInt(i < 15 ? 4 : 0, frame.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    write(client, frame);
                }
            } catch (IOException e) {
                assertThat(e).as("the helper may hang up").hasMessageContaining("Broken pipe");
            }
            assertThat(ended.get(10, TimeUnit.SECONDS)).as("seed %d", seed).isNotEmpty();
            assertThat(file).as("seed %d", seed).hasContent("x");
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(10_000);
        for (byte[] part : parts) {
            all.put(part);
        }
        return Arrays.copyOf(all.array(), all.position());
    }
}
