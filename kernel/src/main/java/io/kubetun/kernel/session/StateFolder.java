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

/** The folders that outlive a session: one for each cluster and profile, and one for all. Stateless. */
public final class StateFolder {
    private static final int LONGEST_NAME = 64;

    private StateFolder() {}

    /**
     * Names the folder of a profile in a cluster, which need not exist.
     *
     * @param stateHome the user's folder for state
     * @param cluster the cluster
     * @param profile the profile's name
     * @return below {@code stateHome}
     */
    public static Path of(Path stateHome, Identity cluster, String profile) {
        return stateHome
                .resolve("clusters")
                .resolve(name(cluster.context() + "-" + hash(cluster.server().toString())))
                .resolve(name(profile));
    }

    /**
     * Names the folder that all sessions of the user share, which need not exist.
     *
     * @param stateHome the user's folder for state
     * @return below {@code stateHome}
     */
    public static Path ofAll(Path stateHome) {
        return stateHome.resolve("shared");
    }

    static Path create(Path stateHome, Identity cluster, String profile) throws KubetunException {
        return create(stateHome, of(stateHome, cluster, profile));
    }

    static Path shared(Path stateHome) throws KubetunException {
        return create(stateHome, ofAll(stateHome));
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
