package io.kubetun.plugin.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name servers that the machine has at this moment, without those that are ourselves. The file is read again when it
 * has changed. Blocks for a moment; thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/resolv.conf.5.html">resolv.conf(5)</a>
 */
final class ResolvConf implements Supplier<List<InetSocketAddress>> {
    static final Path FILE = Path.of("/etc/resolv.conf");

    private static final Logger LOG = LoggerFactory.getLogger(ResolvConf.class);

    /** More than the resolver of any C library reads. */
    private static final int MAX_SERVERS = 8;

    private final Path file;
    private final Set<InetSocketAddress> ours;
    private volatile Read last = new Read(FileTime.fromMillis(0), -1, List.of());

    private record Read(FileTime modified, long size, List<InetSocketAddress> servers) {}

    ResolvConf(Path file, Set<InetSocketAddress> ours) {
        this.file = file;
        this.ours = Set.copyOf(ours);
    }

    @Override
    public List<InetSocketAddress> get() {
        Read before = last;
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            if (!now.lastModifiedTime().equals(before.modified()) || now.size() != before.size()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                last = new Read(now.lastModifiedTime(), now.size(), servers(text));
            }
        } catch (IOException e) {
            LOG.debug("cannot read {}: the name servers stay as they were", file, e);
        }
        return last.servers();
    }

    private List<InetSocketAddress> servers(String text) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.strip().split("[ \t]+", -1);
            if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MAX_SERVERS) {
                Addresses.literal(words[1])
                        .map(address -> new InetSocketAddress(address, Addresses.DNS_PORT))
                        .filter(server -> !ours.contains(server))
                        .ifPresent(servers::add);
            }
        }
        return List.copyOf(servers);
    }
}
