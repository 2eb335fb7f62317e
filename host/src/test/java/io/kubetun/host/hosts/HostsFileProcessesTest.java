package io.kubetun.host.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.ChildJvm;
import io.kubetun.host.natives.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsFileProcessesTest extends HostsFolder {
    @Test
    void processesDoNotLoseEachOthersBlocks() throws Exception {
        List<ChildJvm> writers = Stream.of("a1", "b2", "c3").map(this::writer).toList();

        for (ChildJvm writer : writers) {
            assertThat(writer.readAll())
                    .startsWith("127.0.0.1 localhost")
                    .contains("::1 x\n")
                    .contains("name-99");
            assertThat(writer.waitFor()).isZero();
        }

        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void aMountPointIsWrittenInPlace() throws Exception {
        String output = inMountNamespace("mount --bind " + file + " " + file);

        assertThat(output).contains("127.1.27.1 name-4 #kubetun:a1");
        assertThat(file).hasContent(ORIGINAL);
        assertThat(names(backups)).hasSize(1).allMatch(name -> name.startsWith("hosts.original"));
    }

    @Test
    void aReadOnlyFileIsRefusedWithTheWayOut() throws Exception {
        String output = inMountNamespace(
                "mount --bind " + folder + " " + folder + " && mount -o remount,ro,bind " + folder,
                folder.resolveSibling(folder.getFileName() + "-state"));

        assertThat(output)
                .startsWith("HOST_CHANGE")
                .contains("Read-only file system")
                .contains("--no-hosts");
        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void aFullDiskLeavesTheFileAsItWas() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        String fill = "mount -t tmpfs -o size=8k none " + disk + " && head -c 4000 /dev/zero | tr '\\0' x > " + disk
                + "/hosts && head -c 4096 /dev/zero > " + disk + "/filler && sha256sum < " + disk + "/hosts > " + folder
                + "/before && \"$@\"; sha256sum < " + disk + "/hosts > " + folder + "/after; true";
        file = disk.resolve("hosts");

        String output = inMountNamespace(fill);

        assertThat(output).startsWith("HOST_CHANGE").contains("No space left");
        assertThat(folder.resolve("after")).hasSameTextualContentAs(folder.resolve("before"));
    }

    @Test
    void anOrdinaryUserIsToldThatItTakesRoot(@TempDir Path classes) throws Exception {
        try (ChildJvm writer = ChildJvm.startAsUser(
                classes,
                HostsWriter.class,
                file.toString(),
                classes.resolve("own").toString(),
                "a1",
                "1")) {
            assertThat(writer.readAll())
                    .startsWith("NEEDS_ROOT")
                    .contains("sudo")
                    .contains("--no-hosts");
        }
        assertThat(file).hasContent(ORIGINAL);
    }

    @Test
    void anOrdinaryUserWritesAFileOfItsOwnInAFolderThatIsNot(@TempDir Path classes) throws Exception {
        assumeTrue(Users.current() == Users.ROOT, "only root can give a file away");
        Files.setAttribute(file, "unix:uid", 1000);
        Path own = Files.createDirectory(backups);
        Files.setAttribute(own, "unix:uid", 1000);
        Files.setAttribute(folder, "unix:mode", 0755);
        Object inode = Files.getAttribute(file, "unix:ino");

        try (ChildJvm writer =
                ChildJvm.startAsUser(classes, HostsWriter.class, file.toString(), own.toString(), "a1", "5")) {
            assertThat(writer.readAll()).contains("127.1.27.1 name-4 #kubetun:a1");
        }

        assertThat(file).hasContent(ORIGINAL);
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
    }

    private String inMountNamespace(String mount) throws Exception {
        return inMountNamespace(mount, backups);
    }

    private String inMountNamespace(String mount, Path originals) throws Exception {
        assumeTrue(Users.current() == Users.ROOT, "only root can mount");
        String shell = mount.contains("$@") ? mount : mount + " && exec \"$@\"";
        try (ChildJvm writer = ChildJvm.startBy(
                List.of("unshare", "-m", "sh", "-c", shell, "sh"),
                HostsWriter.class,
                file.toString(),
                originals.toString(),
                "a1",
                "5")) {
            return writer.readAll();
        }
    }

    private ChildJvm writer(String owner) {
        try {
            return ChildJvm.start(HostsWriter.class, file.toString(), backups.toString(), owner, "100");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
