package io.kubetun.host.resolver;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.SystemNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's part of the block in a {@code resolv.conf}, written by this process and written again when somebody else
 * writes the file. Undo takes the session's part away and leaves what is somebody else's; with the last session goes the
 * block. Thread-safe.
 */
public final class ResolverBlock implements Effect {
    /** The kind. */
    public static final String KIND = "resolver-block";

    static final String FILE = "file";
    static final String BACKUPS = "backups";
    static final String ENTRY = "entry";

    private static final Logger LOG = LoggerFactory.getLogger(ResolverBlock.class);

    private final ResolverFile file;
    private final ResolverEntry entry;
    private Optional<ResolverWatch> watch = Optional.empty();

    ResolverBlock(ResolverFile file, ResolverEntry entry) {
        this.file = file;
        this.entry = entry;
    }

    /**
     * Describes a session's part.
     *
     * @param file the file, usually {@code /etc/resolv.conf}
     * @param uid whose session it is
     * @param names the session's name server
     * @param perLink whether systemd-resolved asks it, so that the file only completes short names
     * @param backups the folder for the file's original
     * @return the part
     */
    public static ResolverBlock of(Path file, int uid, SystemNames names, boolean perLink, Path backups) {
        return new ResolverBlock(
                new ResolverFile(file.toAbsolutePath().normalize(), backups.toAbsolutePath()),
                new ResolverEntry(
                        ResolverEntry.owner(uid, names.session()),
                        InstantSource.system().millis(),
                        perLink,
                        names));
    }

    /**
     * Returns the session's name server.
     *
     * @return as it was given
     */
    public SystemNames names() {
        return entry.names();
    }

    /**
     * Says whether systemd-resolved asks the server.
     *
     * @return as it was given
     */
    public boolean perLink() {
        return entry.perLink();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return file.file() + "#" + entry.owner();
    }

    @Override
    public String preview() {
        List<String> lines = new ArrayList<>();
        if (!entry.perLink()) {
            lines.add("nameserver " + entry.names().server().getHostAddress());
        }
        lines.add("search " + String.join(" ", entry.names().search()));
        lines.add("options ndots:5");
        return file.file() + (entry.perLink() ? " completes short names" : " asks for names here first")
                + "; what is there stays\n+ " + String.join("\n+ ", lines);
    }

    @Override
    public Map<String, String> data() {
        return Map.of(FILE, file.file().toString(), BACKUPS, file.backups().toString(), ENTRY, entry.line());
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public synchronized void apply() throws KubetunException {
        file.put(entry);
        if (watch.isEmpty()) {
            try {
                watch = Optional.of(ResolverWatch.start(file.file(), () -> file.holds(entry), this::again));
            } catch (IOException e) {
                LOG.warn("{} is not watched: who writes it anew takes the cluster's names away", file.file(), e);
            }
        }
    }

    private synchronized void again() throws KubetunException {
        if (watch.isPresent()) {
            file.put(entry);
        }
    }

    @Override
    public List<String> changedByOthers() {
        try {
            return ResolverText.foreign(Files.readAllBytes(file.file())).stream()
                    .map(line -> "the line \"" + line + "\" in " + file.file())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public synchronized void undo() throws KubetunException {
        watch.ifPresent(ResolverWatch::close);
        watch = Optional.empty();
        file.remove(entry);
    }
}
