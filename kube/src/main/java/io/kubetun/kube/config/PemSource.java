package io.kubetun.kube.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where certificates or a key come from. */
public sealed interface PemSource {
    /**
     * Reads it.
     *
     * @return PEM text
     * @throws IOException if it cannot be read
     */
    String read() throws IOException;

    /**
     * Says where it comes from, for people.
     *
     * @return a path or what the kubeconfig calls it
     */
    String origin();

    /**
     * Text inside the kubeconfig or from an exec plugin.
     *
     * @param pem the text
     * @param origin where it was, for people
     */
    record Inline(String pem, String origin) implements PemSource {
        @Override
        public String read() {
            return pem;
        }

        @Override
        public String toString() {
            return origin;
        }
    }

    /**
     * A file.
     *
     * @param path its path
     */
    record File(Path path) implements PemSource {
        @Override
        public String read() throws IOException {
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        }

        @Override
        public String origin() {
            return path.toString();
        }
    }
}
