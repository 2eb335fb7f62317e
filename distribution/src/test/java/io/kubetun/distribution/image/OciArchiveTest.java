package io.kubetun.distribution.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as a runtime reads it: every digest is that of its content. */
class OciArchiveTest {
    /** With a file below it, longer than the first of the two fields for names. */
    private static final String DEEP = "d".repeat(90);

    @TempDir
    Path folder;

    @Test
    void everyDigestIsThatOfItsContent() throws Exception {
        Map<String, byte[]> archive = entries(Files.readAllBytes(write("one")));
        assertThat(new String(archive.get("oci-layout"), StandardCharsets.UTF_8))
                .contains("1.0.0");
        Config index = json(archive.get("index.json"));
        Config entry = index.getConfigList("manifests").getFirst();
        assertThat(entry.getConfig("annotations")
                        .root()
                        .get("io.containerd.image.name")
                        .unwrapped())
                .isEqualTo("kubetun.io/try:7");
        Config manifest = json(blob(archive, entry));
        Config image = json(blob(archive, manifest.getConfig("config")));
        byte[] layer = blob(archive, manifest.getConfigList("layers").getFirst());
        byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(layer)).readAllBytes();
        assertThat(image.getStringList("rootfs.diff_ids")).containsExactly("sha256:" + sha256(unpacked));
        assertThat(entries(unpacked)).containsOnlyKeys(DEEP + "/", DEEP + "/" + "x".repeat(60), "script", "to-script");
    }

    @Test
    void equalFilesMakeEqualArchives() throws Exception {
        assertThat(Files.mismatch(write("one"), write("two"))).isEqualTo(-1);
    }

    private Path write(String name) throws IOException {
        Path root = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(root.resolve(DEEP));
        Files.writeString(root.resolve(DEEP).resolve("x".repeat(60)), "long");
        Files.writeString(root.resolve("script"), "#!");
        assertThat(root.resolve("script").toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(root.resolve("to-script"), Path.of("script"));
        Path to = folder.resolve(name + ".tar");
        new OciArchive("kubetun.io/try:7", Map.of("User", "65532"))
                .write(List.of(root), Files.createDirectories(folder.resolve(name + "-scratch")), to);
        return to;
    }

    private static byte[] blob(Map<String, byte[]> archive, Config descriptor) throws Exception {
        String digest = descriptor.getString("digest");
        byte[] content = archive.get("blobs/" + digest.replace(':', '/'));
        assertThat("sha256:" + sha256(content)).isEqualTo(digest);
        assertThat(descriptor.getLong("size")).isEqualTo(content.length);
        return content;
    }

    private static Config json(byte[] text) {
        return ConfigFactory.parseString(new String(text, StandardCharsets.UTF_8));
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** A tar archive, read by its specification and not by what wrote it. */
    private static Map<String, byte[]> entries(byte[] tar) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int at = 0; tar[at] != 0; ) {
            String prefix = text(tar, at + 345, 155);
            int size = Integer.parseInt(text(tar, at + 124, 11), 8);
            byte[] content = new byte[size];
            System.arraycopy(tar, at + 512, content, 0, size);
            entries.put((prefix.isEmpty() ? "" : prefix + "/") + text(tar, at, 100), content);
            int sum = Integer.parseInt(text(tar, at + 148, 6), 8);
            int real = 8 * ' ';
            for (int i = 0; i < 512; i++) {
                real += i >= 148 && i < 156 ? 0 : tar[at + i] & 0xff;
            }
            assertThat(sum).isEqualTo(real);
            at += 512 + (size + 511) / 512 * 512;
        }
        return entries;
    }

    private static String text(byte[] tar, int at, int max) {
        int length = 0;
        while (length < max && tar[at + length] != 0) {
            length++;
        }
        return new String(tar, at, length, StandardCharsets.UTF_8);
    }
}
