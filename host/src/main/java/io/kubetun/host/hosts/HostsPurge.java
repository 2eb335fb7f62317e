package io.kubetun.host.hosts;

import io.kubetun.host.files.Backups;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The blocks of all kubetuns, living or dead, taken out of a hosts file. Undo puts back those that are still missing, at
 * the end of the file. Immutable; applying and undoing block.
 */
public final class HostsPurge implements Effect {
    /** The kind. */
    public static final String KIND = "hosts-purge";

    static final String FILE = "file";
    static final String BACKUPS = "backups";
    static final String BLOCK = "block ";

    private final Path file;
    private final Path backups;
    private final Map<String, List<String>> blocks;

    HostsPurge(Path file, Path backups, Map<String, List<String>> blocks) {
        this.file = file.toAbsolutePath().normalize();
        this.backups = backups.toAbsolutePath();
        this.blocks = new TreeMap<>(blocks);
    }

    /**
     * Describes the purge of the blocks that are in a file now.
     *
     * @param file the hosts file
     * @return the change; of no effect if there are none
     * @throws KubetunException if the file cannot be read
     */
    public static HostsPurge of(Path file) throws KubetunException {
        Path backups = Backups.defaultFolder();
        return new HostsPurge(file, backups, new HostsFile(file, backups).blocks());
    }

    /**
     * Returns whose blocks they are.
     *
     * @return the owners, sorted
     */
    public Set<String> owners() {
        return new TreeSet<>(blocks.keySet());
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return file.toString();
    }

    @Override
    public String preview() {
        return "no blocks of " + String.join(", ", blocks.keySet()) + " in " + file;
    }

    @Override
    public Map<String, String> data() {
        Map<String, String> data = new TreeMap<>(Map.of(FILE, file.toString(), BACKUPS, backups.toString()));
        blocks.forEach((owner, lines) -> data.put(BLOCK + owner, String.join("\n", lines)));
        return data;
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        new HostsFile(file, backups).removeAll(blocks.keySet());
    }

    @Override
    public void undo() throws KubetunException {
        new HostsFile(file, backups).putMissing(blocks);
    }
}
