package io.kubetun.host.resolver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.files.Backups;
import io.kubetun.host.files.TornWrite;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ResolverBlockTest {
    private static final String ORIGINAL = "nameserver 192.0.2.1";

    @TempDir
    Path folder;

    private Path file;
    private Path backups;
    private Effect one;
    private Effect two;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("resolv.conf"), ORIGINAL);
        backups = folder.resolve("state");
        one = block(file, 1);
        two = block(file, 2);
    }

    @AfterEach
    void stop() throws Exception {
        one.undo();
        two.undo();
    }

    private ResolverBlock block(Path path, int number) {
        return new ResolverBlock(new ResolverFile(path, backups), ResolverTextTest.entry(number, "label" + number));
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private boolean says(String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Test
    void oneBlockForAllSessions() throws Exception {
        one.apply();
        one.apply();
        two.apply();
        assertThat(file).content().containsOnlyOnce("nameserver 127.53.1.53").doesNotContain("nameserver 127.53.2.53");
        one.undo();
        assertThat(file).content().contains("nameserver 127.53.2.53").doesNotContain("127.53.1.53");
        two.undo();
        two.undo();
        assertThat(Files.readString(file)).isEqualTo(ORIGINAL);
        try (Stream<Path> left = Files.list(backups)) {
            assertThat(left)
                    .singleElement()
                    .satisfies(kept -> assertThat(Files.readString(kept)).isEqualTo(ORIGINAL));
        }
    }

    @Test
    void theJournalsDataIsEnoughToUndo() throws Exception {
        one.apply();
        new ResolverBlockType().restore(one.key(), one.data()).undo();
        assertThat(Files.readString(file)).isEqualTo(ORIGINAL);
    }

    @Test
    void whoWritesTheFileAnewKeepsHisLinesAndGetsOursBack() throws Exception {
        one.apply();
        Path fresh = Files.writeString(folder.resolve("fresh"), "nameserver 192.0.2.9\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        until(() -> says("nameserver 127.53.1.53") && says("nameserver 192.0.2.9"));
        Files.writeString(file, "search elsewhere.test\n");
        until(() -> says("nameserver 127.53.1.53") && says("search elsewhere.test"));
        one.undo();
        assertThat(Files.readString(file)).isEqualTo("search elsewhere.test\n");
    }

    @Test
    void twoWhoInsistDoNotWriteWithoutAnEnd() throws Exception {
        AtomicInteger written = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        ResolverWatch watch = ResolverWatch.start(file, () -> false, () -> {
            try {
                Files.writeString(file, ORIGINAL + written.incrementAndGet());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Files.writeString(file, "mine\n");
        // 0.2, 0.4, 0.8 and 1.6 s apart
        assertThat(end.await(2500, TimeUnit.MILLISECONDS)).isFalse();
        watch.close();
        assertThat(written).hasValueBetween(1, 4);
    }

    @Test
    void nothingIsWrittenAgainAfterUndo() throws Exception {
        one.apply();
        one.undo();
        CountDownLatch never = new CountDownLatch(1);
        assertThat(never.await(700, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(Files.readString(file)).isEqualTo(ORIGINAL);
    }

    @Test
    void aSymlinkStaysAndAStrangersIsRefused() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("resolv.conf"));
        Effect block = block(link, 3);
        block.apply();
        assertThat(file).content().contains("127.53.3.53");
        block.undo();
        assertThat(Files.readString(file)).isEqualTo(ORIGINAL);
        assertThat(link).isSymbolicLink();
        assumeTrue(Users.current() == Users.ROOT, "only root can give a symlink away");
        Files.setAttribute(link, "unix:uid", 1234, LinkOption.NOFOLLOW_LINKS);
        assertThatThrownBy(block::apply)
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("uid 1234")
                .hasMessageContaining("--dns-system=false");
    }

    @Test
    void aFileThatCannotBeReplacedIsWrittenInPlace() throws Exception {
        Path twin = Files.createLink(folder.resolve("twin"), file);
        one.apply();
        assertThat(Files.readString(twin)).contains("127.53.1.53");
        one.undo();
        assertThat(Files.readString(twin)).isEqualTo(ORIGINAL);
        Backups kept = new Backups(backups, "resolv.conf", file);
        byte[] before = ORIGINAL.getBytes(ISO_8859_1);
        byte[] after = ResolverText.parse(before)
                .with(ResolverTextTest.entry(1, "label1"))
                .bytes(Optional.empty());
        kept.write(kept.inPlaceCopy(), new TornWrite(before, after).encode());
        Files.write(file, Arrays.copyOf(after, 70));
        new ResolverBlockType().restore(one.key(), one.data()).undo();
        assertThat(Files.readString(file)).isEqualTo(ORIGINAL);
    }

    @Test
    void aMissingFileIsToldAndNeedsNoUndo() throws Exception {
        Files.delete(file);
        one.undo();
        assertThatThrownBy(one::apply).isInstanceOf(KubetunException.class).hasMessageContaining("there is no file");
    }

    @Test
    void serversAreToldWithoutOurselvesAndBehindSystemdResolved() throws Exception {
        Path resolved = Files.createDirectory(folder.resolve("resolved"));
        SystemResolver resolver = new SystemResolver(file, resolved);
        assertThat(resolver.nameServers().others())
                .extracting(server -> server.getAddress().getHostAddress())
                .containsExactly("192.0.2.1");
        one.apply();
        assertThat(resolver.nameServers().others())
                .extracting(server -> server.getAddress().getHostAddress())
                .containsExactly("192.0.2.1");
        assertThat(resolver.nameServers().sessions()).containsOnlyKeys("label1", "ab01");
        one.undo();
        Files.writeString(file, "nameserver 127.0.0.53\n");
        Files.writeString(resolved.resolve("resolv.conf"), "nameserver 192.0.2.7\nnameserver 127.53.0.53\n");
        assertThat(resolver.nameServers().others())
                .extracting(server -> server.getAddress().getHostAddress())
                .containsExactly("192.0.2.7");
        Files.writeString(file, "");
        assertThat(resolver.nameServers().others())
                .extracting(server -> server.getAddress().getHostAddress())
                .containsExactly("127.0.0.1");
        assertThat(List.of(resolver.isResolved(), resolver.isWrittenByResolved()))
                .containsOnly(false);
    }

    @Test
    void aSessionWhoseServerIsGoneIsFound() throws Exception {
        Path sockets = Files.writeString(
                folder.resolve("udp"), "  1: 3501357F:0035 00000000:0000 07\n  2: 3502357F:0035 00000000:0000 07\n");
        one.apply();
        two.apply();
        assertThat(SystemResolver.dead(file, sockets)).isEmpty();
        Files.writeString(sockets, "  2: 3502357F:0035 00000000:0000 07\n");
        assertThat(SystemResolver.dead(file, sockets)).containsExactly("ab01");
    }
}
