package io.kubetun.kube.config;

import io.kubetun.kube.config.Kubeconfig.Entry;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.KubetunException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * How the API server proves who it is.
 *
 * @param options flags, which come first
 * @param cluster the kubeconfig's cluster
 */
record TrustReader(ClusterOptions options, Optional<Entry> cluster) {
    /**
     * Returns the certificates that the server's must lead to.
     *
     * @return where they are, empty for those of the machine
     * @throws KubetunException if the data is no base64
     */
    Optional<PemSource> authority() throws KubetunException {
        return pem(options.file("certificate-authority"), cluster, "certificate-authority");
    }

    boolean insecure() {
        return options.flagSet("insecure-skip-tls-verify")
                || (body().at("insecure-skip-tls-verify").flag(false)
                        && options.file("certificate-authority").isEmpty());
    }

    Optional<String> tlsServerName() {
        return options.text("tls-server-name")
                .or(() -> body().at("tls-server-name").text());
    }

    private Tree body() {
        return cluster.map(Entry::body).orElse(Tree.MISSING);
    }

    /** Flag, then data, then file: the order in which kubectl looks. */
    static Optional<PemSource> pem(Optional<Path> flag, Optional<Entry> entry, String key) throws KubetunException {
        if (flag.isPresent()) {
            return flag.map(PemSource.File::new);
        }
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> data = entry.get().body().at(key + "-data").text();
        if (data.isPresent()) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(data.get());
                String origin = key + "-data of " + entry.get().file();
                return Optional.of(new PemSource.Inline(new String(bytes, StandardCharsets.ISO_8859_1), origin));
            } catch (IllegalArgumentException e) {
                throw Kubeconfig.invalid(entry.get().file(), key + "-data is not base64", e);
            }
        }
        return entry.get()
                .body()
                .at(key)
                .text()
                .map(path -> new PemSource.File(entry.get().resolve(path)));
    }
}
