package io.kubetun.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A real systemd-resolved on the laptop, in place of its plain {@code resolv.conf}, as long as this is open. */
final class Resolved implements AutoCloseable {
    private final LabWorld lab;
    private final String before;

    private Resolved(LabWorld lab, String before) {
        this.lab = lab;
        this.before = before;
    }

    static Resolved start(LabWorld lab) throws IOException, InterruptedException {
        Resolved resolved = new Resolved(lab, lab.onLaptop("cat", "/etc/resolv.conf"));
        lab.resolved();
        return resolved;
    }

    boolean isUp() throws IOException {
        return process("resolved").filter(ProcessHandle::isAlive).isPresent();
    }

    private static Optional<ProcessHandle> process(String name) throws IOException {
        Path file = LabWorld.folder().resolve(name + ".pid");
        return Files.exists(file)
                ? ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                : Optional.empty();
    }

    @Override
    public void close() {
        try {
            for (String name : new String[] {"resolved", "dbus"}) {
                process(name).ifPresent(ProcessHandle::destroyForcibly);
                Files.deleteIfExists(LabWorld.folder().resolve(name + ".pid"));
            }
            lab.onLaptop("sh", "-c", "umount -l /run; printf '%s\\n' \"$0\" >/etc/resolv.conf", before.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
