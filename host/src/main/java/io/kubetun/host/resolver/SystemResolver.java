package io.kubetun.host.resolver;

import io.kubetun.spi.host.NameServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who this machine's programs ask for names. The file is read again when it has changed. Thread-safe; blocks for a moment. */
public final class SystemResolver {
    /** The file that every program's resolver reads. */
    public static final Path FILE = Path.of("/etc/resolv.conf");

    private static final Logger LOG = LoggerFactory.getLogger(SystemResolver.class);

    private static final int PORT = 53;
    private static final int MAX_SERVERS = 8;
    private static final Path RESOLVED = Path.of("/run/systemd/resolve");
    private static final List<InetAddress> STUBS =
            List.of(InetAddress.ofLiteral("127.0.0.53"), InetAddress.ofLiteral("127.0.0.54"));

    private final Path file;
    private final Path resolved;
    private volatile Read last;

    /** What is asked by whom at a moment of the file. */
    private record Read(List<Stamp> stamps, NameServers servers) {}

    /** By which a change of a file is seen. */
    private record Stamp(FileTime modified, long size, String inode) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey()));
        }
    }

    /** Looks at this machine's own file. */
    public SystemResolver() {
        this(FILE, RESOLVED);
    }

    SystemResolver(Path file, Path resolved) {
        this.file = file;
        this.resolved = resolved;
        this.last = new Read(List.of(), new NameServers(standard(), Map.of()));
    }

    /**
     * Says whether systemd-resolved answers this machine's programs.
     *
     * @return true if they ask its stub
     */
    public boolean isResolved() {
        return Files.exists(resolved.resolve("io.systemd.Resolve"))
                && Resolvectl.command().isPresent()
                && servers(file).stream().anyMatch(STUBS::contains);
    }

    /**
     * Says whether systemd-resolved writes the file, with what its links complete short names with.
     *
     * @return true if it is a link into systemd-resolved's own folder
     */
    public boolean isWrittenByResolved() {
        try {
            return file.toRealPath().startsWith(resolved);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Returns who is asked.
     *
     * @return the name servers, kubetun's own apart
     */
    public NameServers nameServers() {
        Read before = last;
        try {
            Path links = resolved.resolve("resolv.conf");
            List<Stamp> now = Files.exists(links) ? List.of(Stamp.of(file), Stamp.of(links)) : List.of(Stamp.of(file));
            if (!now.equals(before.stamps())) {
                last = new Read(now, read(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            LOG.debug("cannot read {}: the name servers stay as they were", file, e);
        }
        return last.servers();
    }

    private NameServers read(byte[] text) {
        ResolverText parsed = ResolverText.parse(text);
        List<InetAddress> own =
                parsed.entries().stream().map(entry -> entry.names().server()).toList();
        List<InetAddress> asked = Directives.of(parsed.rest()).servers();
        // systemd-resolved may ask us: who it asks is asked, not itself.
        List<InetAddress> links =
                asked.stream().anyMatch(STUBS::contains) ? servers(resolved.resolve("resolv.conf")) : List.of();
        List<InetAddress> others = links.isEmpty()
                ? asked
                : Stream.concat(links.stream(), asked.stream().filter(server -> !STUBS.contains(server)))
                        .toList();
        List<InetSocketAddress> foreign = others.stream()
                .filter(server -> !own.contains(server) && !isKubetuns(server))
                .distinct()
                .limit(MAX_SERVERS)
                .map(server -> new InetSocketAddress(server, PORT))
                .toList();
        Map<String, InetSocketAddress> sessions = new LinkedHashMap<>();
        parsed.byName()
                .forEach((name, entry) ->
                        sessions.put(name, new InetSocketAddress(entry.names().server(), PORT)));
        return new NameServers(foreign.isEmpty() && asked.isEmpty() ? standard() : foreign, sessions);
    }

    /**
     * Looks for sessions in the file whose name server is not there any more.
     *
     * @param file the file
     * @param sockets the table of UDP sockets of all users, {@code /proc/net/udp}
     * @return their ids; none if nobody can say
     */
    public static List<String> dead(Path file, Path sockets) {
        try {
            List<ResolverEntry> entries =
                    ResolverText.parse(Files.readAllBytes(file)).entries();
            String table = entries.isEmpty() ? "" : Files.readString(sockets);
            return entries.stream()
                    .filter(entry -> !table.contains(socket(entry.names().server())))
                    .map(entry -> entry.names().session())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** An address at port 53 as Linux writes it: the bytes of an IPv4 address as a number in this machine's order. */
    private static String socket(InetAddress server) {
        int number = ByteBuffer.wrap(server.getAddress())
                .order(ByteOrder.nativeOrder())
                .getInt();
        return " %08X:%04X ".formatted(number, PORT);
    }

    /** 127.53.0.0/16, where no other program's name servers are. */
    private static boolean isKubetuns(InetAddress server) {
        byte[] bytes = server.getAddress();
        return bytes.length == 4 && bytes[0] == 127 && bytes[1] == PORT;
    }

    /** What a resolver asks when it is told nobody. */
    private static List<InetSocketAddress> standard() {
        return List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT));
    }

    private static List<InetAddress> servers(Path file) {
        try {
            return Directives.of(ResolverText.parse(Files.readAllBytes(file)).rest())
                    .servers();
        } catch (IOException e) {
            return List.of();
        }
    }
}
