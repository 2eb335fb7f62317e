package io.kubetun.host.helper;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What helpers left that were killed: folders beside this one's, each named by a process, with a socket on which nobody
 * listens.
 *
 * @param own this helper's socket
 * @param clock the wall clock
 */
record DeadHelpers(Path own, InstantSource clock) {
    /** A folder that is younger may be one whose helper does not listen yet. */
    static final Duration BEING_MADE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(DeadHelpers.class);

    void remove() {
        Path folder = own.getParent();
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder.getParent(), DeadHelpers::isOfAProcess)) {
            for (Path other : others) {
                Path socket = other.resolve(own.getFileName());
                if (!other.equals(folder) && isOld(other) && !answers(socket)) {
                    Files.deleteIfExists(socket);
                    Files.deleteIfExists(other);
                }
            }
        } catch (IOException e) {
            LOG.debug("what dead helpers left beside {} stays", folder, e);
        }
    }

    private static boolean isOfAProcess(Path folder) {
        return folder.getFileName().toString().matches("\\d+") && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isOld(Path folder) throws IOException {
        return Files.getLastModifiedTime(folder)
                .toInstant()
                .isBefore(clock.instant().minus(BEING_MADE));
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }
}
