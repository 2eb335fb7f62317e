package io.kubetun.host.resolver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kubetun.host.files.Backups;
import io.kubetun.host.files.Reasons;
import io.kubetun.host.files.SharedFile;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A {@code resolv.conf} and what is beside it. Blocks; safe for use by several threads and processes.
 *
 * @param file its absolute path
 * @param backups the folder for its original
 */
record ResolverFile(Path file, Path backups) {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final String WITHOUT = "Go on without it: --dns-system=false";

    ResolverText read() throws IOException {
        return ResolverText.parse(Files.readAllBytes(file));
    }

    void put(ResolverEntry entry) throws KubetunException {
        Optional<String> domain = hostDomain();
        try {
            rewrite(text -> with(text, entry, domain));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Says whether a session's part is as it should be; also if nobody can say. */
    boolean holds(ResolverEntry entry) {
        try {
            byte[] text = Files.readAllBytes(file);
            return Arrays.equals(with(text, entry, hostDomain()), text);
        } catch (IOException e) {
            return true;
        }
    }

    /** Takes a session's part away. A file that is gone needs no change. */
    void remove(ResolverEntry entry) throws KubetunException {
        Optional<String> domain = hostDomain();
        try {
            rewrite(text -> ResolverText.parse(text)
                    .without(entry.owner())
                    .withoutServer(entry.names().server())
                    .bytes(domain));
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static byte[] with(byte[] text, ResolverEntry entry, Optional<String> domain) {
        return ResolverText.parse(text)
                .withoutServer(entry.names().server())
                .with(entry)
                .bytes(domain);
    }

    private void rewrite(UnaryOperator<byte[]> edit) throws IOException, KubetunException {
        new SharedFile(file, new Backups(backups, "resolv.conf", file))
                .rewrite(edit, text -> ResolverText.parse(text).rest().getBytes(ISO_8859_1));
    }

    /** What glibc completes short names with where the file does not say: the domain of the machine's own name. */
    private static Optional<String> hostDomain() {
        try {
            // A sysctl has an end after the first read, which must therefore have room for it.
            String name = Files.readAllLines(HOST_NAME).getFirst().strip();
            int dot = name.indexOf('.');
            return dot < 0 || dot == name.length() - 1 ? Optional.empty() : Optional.of(name.substring(dot + 1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private KubetunException failure(IOException e) {
        boolean root = Users.current() == Users.ROOT;
        return new KubetunException(
                e instanceof AccessDeniedException && !root ? ErrorCode.NEEDS_ROOT : ErrorCode.HOST_CHANGE,
                "cannot change " + file,
                Reasons.of(e),
                e instanceof AccessDeniedException && !root
                        ? "Start kubetun by sudo, or go on without it: --dns-system=false"
                        : WITHOUT,
                e);
    }
}
