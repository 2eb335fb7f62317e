package io.kubetun.host.hosts;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Host.HostsEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One owner's block of names in a hosts file, written by this process. Undo takes away the lines that are the owner's,
 * whichever effect wrote them, so its data holds no entries and the journal stays small.
 */
public final class HostsBlock implements Effect {
    /** The kind. */
    public static final String KIND = "hosts-block";

    static final String FILE = "file";
    static final String OWNER = "owner";
    static final String BACKUPS = "backups";

    private static final int PREVIEW_LINES = 20;

    private final Path file;
    private final String owner;
    private final Path backups;
    private final List<String> lines;

    /**
     * Describes a block.
     *
     * @param file the hosts file
     * @param owner whose block: letters, digits, dots, dashes and underscores, at most 64
     * @param entries the names; none for no block
     * @param backups the folder for the file's original
     * @throws IllegalArgumentException if the owner or a name is not one
     */
    public HostsBlock(Path file, String owner, List<HostsEntry> entries, Path backups) {
        if (!HostsText.isOwner(owner)) {
            throw new IllegalArgumentException("not an owner of a block: " + owner.replaceAll("\\p{Cntrl}", "?"));
        }
        this.file = file.toAbsolutePath().normalize();
        this.owner = owner;
        this.backups = backups.toAbsolutePath();
        this.lines = HostsLines.of(entries);
    }

    /**
     * Returns the hosts file.
     *
     * @return its absolute path
     */
    public Path file() {
        return file;
    }

    /**
     * Returns whose block it is.
     *
     * @return the owner
     */
    public String owner() {
        return owner;
    }

    /**
     * Returns the entries as they will stand in the file.
     *
     * @return lines of an address and names
     */
    public List<String> lines() {
        return lines;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return file + "#" + owner;
    }

    @Override
    public String preview() {
        if (lines.isEmpty()) {
            return "no names of " + owner + " in " + file;
        }
        StringBuilder diff = new StringBuilder(file + ": a block of " + lines.size() + " lines");
        lines.stream().limit(PREVIEW_LINES).forEach(line -> diff.append("\n+ ").append(line));
        if (lines.size() > PREVIEW_LINES) {
            diff.append("\n+ … and ").append(lines.size() - PREVIEW_LINES).append(" more");
        }
        return diff.toString();
    }

    @Override
    public Map<String, String> data() {
        return Map.of(FILE, file.toString(), OWNER, owner, BACKUPS, backups.toString());
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        if (lines.isEmpty()) {
            undo();
        } else {
            new HostsFile(file, backups).put(owner, lines);
        }
    }

    @Override
    public List<String> changedByOthers() {
        return new HostsFile(file, backups)
                .foreign(owner).stream()
                        .map(line -> "the line \"" + line + "\" in " + file)
                        .toList();
    }

    @Override
    public void undo() throws KubetunException {
        new HostsFile(file, backups).remove(owner);
    }
}
