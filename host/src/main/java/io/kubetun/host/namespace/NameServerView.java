package io.kubetun.host.namespace;

import io.kubetun.host.natives.Mounts;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.SystemNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the programs of a mount namespace see as the machine's name server: a file in memory in the place of
 * {@code /etc/resolv.conf}. The sockets and files of services of this machine that answer names past that file are
 * hidden. Nothing of it can be seen outside, and no file is made there. For one thread at a time.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/resolv.conf.5.html">resolv.conf(5)</a>
 */
public final class NameServerView implements Effect {
    /** The kind. */
    public static final String KIND = "name-server-view";

    /** As in a pod: what has fewer dots is looked for in the cluster first. */
    private static final String OPTIONS = "options ndots:5";

    /** Older C libraries read no more words of a search list. */
    private static final int MAX_SEARCH = 6;

    private final SystemNames names;
    private final Path root;
    private final Path scratch;

    /**
     * Describes it.
     *
     * @param names who answers, and what is put behind short names before what the machine puts there
     * @param scratch an existing folder; something is put over it and taken away again
     */
    public NameServerView(SystemNames names, Path scratch) {
        this(names, Path.of("/"), scratch);
    }

    NameServerView(SystemNames names, Path root, Path scratch) {
        this.names = names;
        this.root = root;
        this.scratch = scratch;
    }

    /**
     * Returns who answers.
     *
     * @return the name server
     */
    public SystemNames names() {
        return names;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return "/etc/resolv.conf";
    }

    @Override
    public String preview() {
        return "name server of the shell: " + names.server().getHostAddress() + ", search "
                + String.join(" ", names.search());
    }

    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        Path file = root.resolve("etc/resolv.conf");
        try {
            String text = text(Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
            hide(text, root.resolve("run/systemd/resolve"), List.of("stub-resolv.conf", "resolv.conf"));
            hide(text, root.resolve("run/nscd"), List.of());
            Mounts.memory(scratch);
            try {
                Path made = Files.writeString(scratch.resolve("resolv.conf"), text);
                Mounts.show(made, file);
            } finally {
                Mounts.takeAway(scratch);
            }
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot give the shell a name server",
                    String.valueOf(e.getMessage()),
                    "Look what is there: ls -l " + file,
                    e);
        }
    }

    /** The namespace takes it along. */
    @Override
    public void undo() {}

    /** Programs that ask a service by its socket would not see the file. */
    private static void hide(String text, Path folder, List<String> files) throws IOException {
        if (Files.isDirectory(folder)) {
            Mounts.memory(folder);
            for (String file : files) {
                Files.writeString(folder.resolve(file), text);
            }
        }
    }

    String text(String machines) {
        Set<String> domains = new LinkedHashSet<>(names.search());
        List<String> kept = new ArrayList<>();
        for (String line : machines.split("\n", -1)) {
            String[] words = line.strip().split("[ \t]+", -1);
            if (words[0].equals("search") || words[0].equals("domain")) {
                kept = List.of(words).subList(1, words.length);
            }
        }
        domains.addAll(kept);
        return "# Made by kubetun for this shell alone.\nnameserver "
                + names.server().getHostAddress() + "\nsearch "
                + String.join(" ", domains.stream().limit(MAX_SEARCH).toList()) + "\n" + OPTIONS + "\n";
    }
}
