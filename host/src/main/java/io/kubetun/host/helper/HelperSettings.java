package io.kubetun.host.helper;

import java.nio.file.Path;

/**
 * What root decides when it starts a helper; nothing of it can be changed by the client.
 *
 * @param socket where the helper listens, best in a folder of its own below {@code /run/kubetun}; folders that are
 *     missing are made and taken away again
 * @param uid the only user that it serves
 * @param hostsFile the only hosts file that it changes
 * @param resolvConf the only resolv.conf that it changes
 * @param backups where the files' originals are kept
 */
public record HelperSettings(Path socket, int uid, Path hostsFile, Path resolvConf, Path backups) {
    /** Makes the paths absolute. */
    public HelperSettings {
        socket = socket.toAbsolutePath().normalize();
        hostsFile = hostsFile.toAbsolutePath().normalize();
        resolvConf = resolvConf.toAbsolutePath().normalize();
        backups = backups.toAbsolutePath().normalize();
    }
}
