package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** The folder that outlives a session: one for each cluster and profile. */
final class StateFolder {
    private static final int LONGEST_NAME = 64;

    private StateFolder() {}

    static Path create(Path stateHome, Identity cluster, String profile) throws KubetunException {
        return create(
                stateHome,
                stateHome
                        .resolve("clusters")
                        .resolve(name(
                                cluster.context() + "-" + hash(cluster.server().toString())))
                        .resolve(name(profile)));
    }

    /** The folder that all sessions of the user share. */
    static Path shared(Path stateHome) throws KubetunException {
        return create(stateHome, stateHome.resolve("shared"));
    }

    private static Path create(Path stateHome, Path folder) throws KubetunException {
        try {
            Files.createDirectories(folder, ownerOnly(folder));
            return folder;
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot create " + folder,
                    e.toString(),
                    "See who owns it: ls -ld " + stateHome,
                    e);
        }
    }

    /** Makes a file's name of any text; two texts that differ get names that differ. */
    private static String name(String text) {
        String plain = text.replaceAll("[^A-Za-z0-9_-]", "_");
        String cut = plain.substring(0, Math.min(plain.length(), LONGEST_NAME));
        return cut.equals(text) ? cut : cut + "-" + hash(text);
    }

    private static String hash(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }
}
