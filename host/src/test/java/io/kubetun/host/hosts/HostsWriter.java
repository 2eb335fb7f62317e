package io.kubetun.host.hosts;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host.HostsEntry;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that writes its block into a hosts file again and again, and takes it away at last. */
final class HostsWriter {
    private HostsWriter() {}

    /** Arguments: the file, the folder for its original, the owner, how often. Prints an error, or what the file held. */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        Path backups = Path.of(arguments[1]);
        try {
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                block(file, backups, arguments[2], "name-" + i).apply();
                if (!Files.readString(file).contains("127.1.27.1 name-" + i + " #kubetun:" + arguments[2])) {
                    System.out.println("my block is gone");
                    return;
                }
            }
            String full = Files.readString(file);
            block(file, backups, arguments[2], "last").undo();
            System.out.print(full);
        } catch (KubetunException e) {
            System.out.println(e.code() + " " + e.getMessage());
        }
    }

    private static Effect block(Path file, Path backups, String owner, String name) {
        return new HostsBlock(
                file, owner, List.of(new HostsEntry(InetAddress.ofLiteral("127.1.27.1"), List.of(name))), backups);
    }
}
