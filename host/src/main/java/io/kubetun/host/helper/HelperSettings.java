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
 * @param ownNetwork whether it runs as that user in a network namespace of its own, where nothing is anybody else's
 */
public record HelperSettings(Path socket, int uid, Path hostsFile, Path resolvConf, Path backups, boolean ownNetwork) {
    /** Makes the paths absolute. */
    public HelperSettings {
        socket = socket.toAbsolutePath().normalize();
        hostsFile = hostsFile.toAbsolutePath().normalize();
        resolvConf = resolvConf.toAbsolutePath().normalize();
        backups = backups.toAbsolutePath().normalize();
    }

    /**
     * Those of root's helper.
     *
     * @param socket where it listens
     * @param uid the only user that it serves
     * @param hostsFile the only hosts file that it changes
     * @param resolvConf the only resolv.conf that it changes
     * @param backups where the files' originals are kept
     */
    public HelperSettings(Path socket, int uid, Path hostsFile, Path resolvConf, Path backups) {
        this(socket, uid, hostsFile, resolvConf, backups, false);
    }
}
