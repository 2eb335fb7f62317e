package io.kubetun.host.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.files.Backups;
import io.kubetun.host.files.TornWrite;
import io.kubetun.host.natives.FileLock;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HostsFileTest extends HostsFolder {
    @Test
    void nothingIsLeftButTheOriginal() throws Exception {
        Effect block = block("a1", "echo");

        block.apply();
        block.apply();
        assertThat(file).content().contains("127.1.27.1 echo");
        block.undo();
        block.undo();

        assertThat(file).hasContent(ORIGINAL);
        assertThat(names(folder)).containsExactlyInAnyOrder("hosts", "state");
        assertThat(names(backups)).hasSize(1).allMatch(name -> name.startsWith("hosts.original"));
    }

    @Test
    void theOriginalIsKeptOnceWithoutAnybodysBlock() throws Exception {
        block("a1", "echo").apply();
        Path original = backups.resolve(names(backups).getFirst());
        assertThat(original).hasContent(ORIGINAL);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(original)))
                .isEqualTo("rw-r--r--");

        Files.writeString(file, "other\n");
        block("b2", "web").apply();

        assertThat(original).hasContent(ORIGINAL);
        Files.delete(original);
        block("c3", "more").apply();
        assertThat(original).hasContent("other\n");
    }

    @Test
    void modeAndOwnerStay() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        if (Users.current() == Users.ROOT) {
            Files.setAttribute(file, "unix:uid", 1234);
            Files.setAttribute(file, "unix:gid", 2345);
        }
        var before = Files.readAttributes(file, "unix:uid,gid,mode");

        block("a1", "echo").apply();

        assertThat(Files.readAttributes(file, "unix:uid,gid,mode")).isEqualTo(before);
    }

    @Test
    void extendedAttributesStay() throws Exception {
        assumeTrue(Files.getFileStore(file).supportsFileAttributeView("user"), "no extended attributes here");
        UserDefinedFileAttributeView attributes = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        attributes.write("kubetun", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        Object inode = Files.getAttribute(file, "unix:ino");

        block("a1", "echo").apply();

        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(inode);
        assertThat(attributes.list()).contains("kubetun");
        assertThat(attributes.size("kubetun")).isEqualTo(3);
    }

    @Test
    void aHardLinkStaysOne() throws Exception {
        Path link = Files.createLink(folder.resolve("link"), file);

        block("a1", "echo").apply();
        assertThat(link).content().contains("echo");
        block("a1").apply();

        assertThat(link).hasContent(ORIGINAL);
    }

    @Test
    void aSymlinkIsFollowedAndStays() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("hosts"));
        Effect block = new HostsBlock(link, "a1", entries("echo"), backups);

        block.apply();
        assertThat(file).content().contains("echo");
        block.undo();

        assertThat(file).hasContent(ORIGINAL);
        assertThat(link).isSymbolicLink();
    }

    @Test
    void somebodyElsesSymlinkIsRefused() throws Exception {
        assumeTrue(Users.current() == Users.ROOT, "only root can give a symlink away");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Files.setAttribute(link, "unix:uid", 1234, LinkOption.NOFOLLOW_LINKS);

        assertThatThrownBy(() -> new HostsBlock(link, "a1", entries("echo"), backups).apply())
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("uid 1234")
                .hasMessageContaining("--no-hosts");
        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void aMissingFileIsToldAndNeedsNoUndo() throws Exception {
        Files.delete(file);

        block("a1", "echo").undo();
        assertThatThrownBy(() -> block("a1", "echo").apply())
                .isInstanceOfSatisfying(
                        KubetunException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HOST_CHANGE))
                .hasMessageContaining("there is no file");
    }

    @Test
    void theJournalsDataIsEnoughToUndo() throws Exception {
        Effect block = block("a1", "echo");
        block.apply();

        new HostsBlockType().restore(block.key(), block.data()).undo();

        assertThat(file).hasContent(ORIGINAL);
        assertThat(block.key()).isEqualTo(file + "#a1");
    }

    @Test
    void purgeTakesAllBlocks() throws Exception {
        block("a1", "echo").apply();
        block("b2", "web").apply();

        HostsPurge purge = HostsPurge.of(file);
        assertThat(purge.owners()).containsExactlyInAnyOrder("a1", "b2");
        purge.apply();

        assertThat(file).hasContent(ORIGINAL);
        assertThat(HostsPurge.of(file).owners()).isEmpty();
    }

    @Test
    void aPurgeIsTakenBackByTheJournalsDataButNotOverANewBlock() throws Exception {
        block("a1", "echo", "peer").apply();
        block("b2", "web").apply();
        HostsPurge purge = HostsPurge.of(file);
        purge.apply();
        block("b2", "newer").apply();

        Effect restored = new HostsPurgeType().restore(purge.key(), purge.data());
        restored.undo();
        restored.undo();

        assertThat(file)
                .content()
                .containsOnlyOnce("127.1.27.1 echo #kubetun:a1")
                .containsOnlyOnce("127.1.27.1 peer #kubetun:a1")
                .contains("newer")
                .doesNotContain("web");
        HostsPurge.of(file).apply();
        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void tenThousandLinesAreFine() throws Exception {
        Files.writeString(file, "10.0.0.1 kubetun-like-name\n".repeat(10_000));
        String original = Files.readString(file);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            names.add("svc-" + i);
        }
        Effect block = block("a1", names.toArray(String[]::new));

        block.apply();
        assertThat(Files.readAllLines(file)).anyMatch(line -> line.startsWith("127.1.27.1 svc-9999 #kubetun:a1 "));
        block.undo();

        assertThat(Files.readString(file)).isEqualTo(original);
    }

    @Test
    void whatAKilledWriterLeftIsClearedAway() throws Exception {
        Path fresh = Files.writeString(folder.resolve(".hosts.kubetun-new"), "half");
        byte[] before = Files.readAllBytes(file);
        byte[] after = HostsText.with(before, "dead", List.of("127.1.27.1 echo"));
        Backups kept = new Backups(backups, "hosts", file);
        kept.write(kept.inPlaceCopy(), new TornWrite(before, after).encode());
        Files.write(file, Arrays.copyOf(after, before.length + 9));

        block("dead").undo();

        assertThat(file).hasContent(ORIGINAL);
        assertThat(fresh).doesNotExist();
        assertThat(kept.inPlaceCopy()).doesNotExist();
    }

    @Test
    void theLockHoldsBetweenThreadsAndFollowsTheFile() throws Exception {
        FileLock held = FileLock.acquire(file, Duration.ZERO).orElseThrow();
        assertThat(FileLock.acquire(file, Duration.ofMillis(20))).isEmpty();
        Files.move(Files.writeString(folder.resolve("new"), "x"), file, StandardCopyOption.ATOMIC_MOVE);
        FileLock another = FileLock.acquire(file, Duration.ZERO).orElseThrow();
        held.close();
        another.close();
        FileLock.acquire(file, Duration.ZERO).orElseThrow().close();
    }

    private Effect block(String owner, String... names) {
        return new HostsBlock(file, owner, entries(names), backups);
    }

    private static List<HostsEntry> entries(String... names) {
        return Stream.of(names)
                .map(name -> new HostsEntry(InetAddress.ofLiteral("127.1.27.1"), List.of(name)))
                .toList();
    }
}
