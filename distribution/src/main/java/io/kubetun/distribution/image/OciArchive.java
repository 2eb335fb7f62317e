package io.kubetun.distribution.image;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * An image as one file: the layout of the Open Container Initiative in a tar archive. {@code ctr images import}, skopeo
 * and Docker 25 or newer take it.
 *
 * @param name the image's full name with a tag
 * @param config how its program is run: the {@code config} of an image
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI image layout</a>
 */
record OciArchive(String name, Map<String, Object> config) {
    private static final String TYPE = "application/vnd.oci.image.";

    private record Blob(String type, String digest, long size, String content, Path file) {
        Map<String, Object> descriptor() {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("mediaType", type);
            told.put("digest", digest);
            told.put("size", size);
            return told;
        }

        String path() {
            return "blobs/" + digest.replace(':', '/');
        }
    }

    private record Layer(Blob blob, String unpacked) {}

    /**
     * Writes it.
     *
     * @param roots folders, one a layer, the lowest first
     * @param scratch a folder for what is made on the way
     * @param to the file
     */
    void write(List<Path> roots, Path scratch, Path to) throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (Path root : roots) {
            layers.add(layer(root, scratch.resolve("layer" + layers.size())));
        }
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        Blob image = blob(
                "config.v1+json",
                Map.of(
                        "created",
                        TarOutput.TIME.toString(),
                        "architecture",
                        machine,
                        "os",
                        "linux",
                        "config",
                        config,
                        "rootfs",
                        Map.of(
                                "type",
                                "layers",
                                "diff_ids",
                                layers.stream().map(Layer::unpacked).toList())));
        Blob manifest = blob(
                "manifest.v1+json",
                Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        TYPE + "manifest.v1+json",
                        "config",
                        image.descriptor(),
                        "layers",
                        layers.stream().map(each -> each.blob().descriptor()).toList()));
        Map<String, Object> entry = manifest.descriptor();
        entry.put("platform", Map.of("architecture", machine, "os", "linux"));
        entry.put(
                "annotations",
                Map.of(
                        "io.containerd.image.name",
                        name,
                        "org.opencontainers.image.ref.name",
                        name.substring(name.lastIndexOf(':') + 1)));
        try (TarOutput tar = new TarOutput(new BufferedOutputStream(Files.newOutputStream(to), 1 << 16))) {
            tar.file("oci-layout", json(Map.of("imageLayoutVersion", "1.0.0")));
            tar.file("index.json", json(Map.of("schemaVersion", 2, "manifests", List.of(entry))));
            tar.file(image.path(), image.content());
            tar.file(manifest.path(), manifest.content());
            for (Layer each : layers) {
                tar.file(each.blob().path(), each.blob().file());
            }
        }
    }

    private static Layer layer(Path root, Path to) throws IOException {
        MessageDigest packed = sha256();
        MessageDigest unpacked = sha256();
        try (OutputStream file = new DigestOutputStream(Files.newOutputStream(to), packed);
                OutputStream gzip = new GZIPOutputStream(file, 1 << 16);
                TarOutput tar = new TarOutput(new DigestOutputStream(gzip, unpacked))) {
            tar.tree(root);
        }
        Blob blob = new Blob(TYPE + "layer.v1.tar+gzip", digest(packed.digest()), Files.size(to), "", to);
        return new Layer(blob, digest(unpacked.digest()));
    }

    private static Blob blob(String type, Map<String, Object> content) {
        String text = json(content);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Blob(TYPE + type, digest(sha256().digest(bytes)), bytes.length, text, Path.of(""));
    }

    private static String json(Map<String, Object> content) {
        return ConfigValueFactory.fromMap(content).render(ConfigRenderOptions.concise());
    }

    private static String digest(byte[] sum) {
        return "sha256:" + HexFormat.of().formatHex(sum);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
