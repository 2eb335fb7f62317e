package io.kubetun.distribution.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Writes a tar archive in the format of POSIX.1-1988 (ustar). All entries are root's and of one time, in order of their
 * names, so that equal files make equal archives.
 */
final class TarOutput implements AutoCloseable {
    /** The time of all that is built: that of this project's reproducible builds. */
    static final Instant TIME = Instant.parse("2026-11-21T00:00:00Z");

    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;

    private final OutputStream out;

    TarOutput(OutputStream out) {
        this.out = out;
    }

    /** Adds all that is below a folder, under its own names. */
    void tree(Path root) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(root)) {
            all = walk.filter(each -> !each.equals(root))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
        for (Path each : all) {
            String name = root.relativize(each).toString().replace('\\', '/');
            if (Files.isSymbolicLink(each)) {
                header(name, '2', 0777, 0, Files.readSymbolicLink(each).toString());
            } else if (Files.isDirectory(each)) {
                header(name + "/", '5', 0755, 0, "");
            } else {
                header(name, '0', Files.isExecutable(each) ? 0755 : 0644, Files.size(each), "");
                try (InputStream in = Files.newInputStream(each)) {
                    pad(in.transferTo(out));
                }
            }
        }
    }

    void file(String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        header(name, '0', 0644, bytes.length, "");
        out.write(bytes);
        pad(bytes.length);
    }

    void file(String name, Path content) throws IOException {
        header(name, '0', 0644, Files.size(content), "");
        pad(Files.copy(content, out));
    }

    private void header(String path, char type, int mode, long size, String link) throws IOException {
        String name = path;
        String prefix = "";
        if (path.length() > NAME) {
            int cut = path.lastIndexOf('/', PREFIX);
            if (cut < 0 || path.length() - cut - 1 > NAME) {
                throw new IOException("too long a name for an archive: " + path);
            }
            prefix = path.substring(0, cut);
            name = path.substring(cut + 1);
        }
        byte[] block = new byte[BLOCK];
        text(block, 0, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        octal(block, 124, 12, size);
        octal(block, 136, 12, TIME.getEpochSecond());
        text(block, 148, "        ");
        block[156] = (byte) type;
        text(block, 157, link);
        text(block, 257, "ustar");
        text(block, 263, "00");
        text(block, 265, "root");
        text(block, 297, "root");
        text(block, 345, prefix);
        int sum = 0;
        for (byte each : block) {
            sum += each & 0xff;
        }
        octal(block, 148, 7, sum);
        out.write(block);
    }

    private static void text(byte[] block, int at, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > (at == 157 || at == 0 ? NAME : PREFIX)) {
            throw new IOException("too long a name for an archive: " + text);
        }
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    private static void octal(byte[] block, int at, int length, long value) throws IOException {
        text(block, at, String.format(Locale.ROOT, "%0" + (length - 1) + "o", value));
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    @Override
    public void close() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.close();
    }
}
