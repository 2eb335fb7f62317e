package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host whose hosts file is a real one in a folder, and which notes each effect in the order in which it happened. */
final class FolderHost implements Host {
    final List<String> happened = new CopyOnWriteArrayList<>();
    volatile boolean aliases;
    volatile boolean readOnly;

    /** Applies at once; a session would journal before. */
    Effects effects() {
        return new Effects() {
            @Override
            public void apply(Effect effect) throws KubetunException {
                effect.apply();
                happened.add("apply " + effect.kind() + " " + effect.key());
            }

            @Override
            public void undo(Effect effect) throws KubetunException {
                effect.undo();
                happened.add("undo " + effect.kind() + " " + effect.key());
            }
        };
    }

    @Override
    public Effect hostsBlock(Path file, String owner, List<HostsEntry> entries) {
        return new Change("hosts-block", file + "#" + owner) {
            @Override
            public void apply() throws KubetunException {
                write(file, owner, entries);
            }

            @Override
            public void undo() throws KubetunException {
                write(file, owner, List.of());
            }
        };
    }

    private void write(Path file, String owner, List<HostsEntry> entries) throws KubetunException {
        if (readOnly) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE, "cannot write " + file, "it is read-only", "kubetun forward --no-hosts");
        }
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(file));
            lines.removeIf(line -> line.endsWith("#kubetun:" + owner));
            for (HostsEntry entry : entries) {
                lines.add(entry.address().getHostAddress() + " " + String.join(" ", entry.names()) + " #kubetun:"
                        + owner);
            }
            Path next = Files.writeString(file.resolveSibling("hosts.next"), String.join("\n", lines) + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new KubetunException(ErrorCode.HOST_CHANGE, "cannot write " + file, failed.toString(), "", failed);
        }
    }

    @Override
    public Effect loopbackAlias(InetAddress address) {
        return new Change("loopback-alias", address.getHostAddress()) {
            @Override
            public void apply() {}

            @Override
            public void undo() {}
        };
    }

    @Override
    public boolean needsLoopbackAliases() {
        return aliases;
    }

    @Override
    public int listeningSocket(InetSocketAddress address) {
        throw new UnsupportedOperationException("the mode listens through its session");
    }

    @Override
    public boolean peerClosed(InetSocketAddress local, InetSocketAddress peer) {
        return false;
    }

    @Override
    public void close() {}

    private abstract static class Change implements Effect {
        private final String kind;
        private final String key;

        Change(String kind, String key) {
            this.kind = kind;
            this.key = key;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public String preview() {
            return kind + " " + key;
        }

        @Override
        public Map<String, String> data() {
            return Map.of();
        }

        @Override
        public boolean keptByHelper() {
            return false;
        }
    }
}
