package io.kubetun.kube.config;

import io.kubetun.kube.document.Tree;
import io.kubetun.kube.document.Yaml;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One or several kubeconfig files, merged: of equal names the first file's counts.
 *
 * @param files those that were read
 * @param contexts contexts by name
 * @param clusters clusters by name
 * @param users users by name
 * @param currentContext the first one that a file names
 * @see <a href="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/">Kubernetes:
 *     merging kubeconfig files</a>
 */
public record Kubeconfig(
        List<Path> files,
        Map<String, Entry> contexts,
        Map<String, Entry> clusters,
        Map<String, Entry> users,
        Optional<String> currentContext) {

    /**
     * A named part of a file.
     *
     * @param body what it says
     * @param file where it stands
     */
    public record Entry(Tree body, Path file) {
        /**
         * Resolves a path against the file's folder.
         *
         * @param path as written in the file
         * @return the path
         */
        public Path resolve(String path) {
            Path folder = file.toAbsolutePath().getParent();
            return folder == null ? Path.of(path) : folder.resolve(path).normalize();
        }
    }

    /**
     * Reads files.
     *
     * @param files existing files, the most important first
     * @return what they say together
     * @throws KubetunException with KUBECONFIG_INVALID if one of them is malformed or unreadable
     */
    public static Kubeconfig read(List<Path> files) throws KubetunException {
        Map<String, Entry> contexts = new LinkedHashMap<>();
        Map<String, Entry> clusters = new LinkedHashMap<>();
        Map<String, Entry> users = new LinkedHashMap<>();
        Optional<String> current = Optional.empty();
        for (Path file : files) {
            Tree root = parse(file);
            collect(file, root, "contexts", "context", contexts);
            collect(file, root, "clusters", "cluster", clusters);
            collect(file, root, "users", "user", users);
            if (current.isEmpty()) {
                current = root.at("current-context").text();
            }
        }
        return new Kubeconfig(List.copyOf(files), contexts, clusters, users, current);
    }

    private static Tree parse(Path file) throws KubetunException {
        try {
            Tree root = Yaml.parse(Files.readString(file));
            if (root.present() && !root.isObject()) {
                throw invalid(file, "it is " + root + ", not an object", null);
            }
            return root;
        } catch (AccessDeniedException e) {
            throw invalid(file, "this user may not read it", e);
        } catch (MalformedInputException e) {
            throw invalid(file, "it is not UTF-8 text", e);
        } catch (IOException e) {
            throw invalid(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static void collect(Path file, Tree root, String list, String part, Map<String, Entry> into)
            throws KubetunException {
        Tree entries = root.at(list);
        boolean empty = !entries.present() || "null".equals(entries.value()) || "".equals(entries.value());
        if (!empty && !(entries.value() instanceof List)) {
            throw invalid(file, list + " is " + entries + ", not a list", null);
        }
        for (Tree entry : entries.items()) {
            String name = entry.at("name")
                    .text()
                    .orElseThrow(() -> invalid(file, "an entry of " + list + " has no name", null));
            into.putIfAbsent(name, new Entry(entry.at(part), file));
        }
    }

    /**
     * An error in a file.
     *
     * @param file the file
     * @param why what is wrong with it
     * @param cause the exception behind it, or null for none
     * @return the error
     */
    static KubetunException invalid(Path file, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.KUBECONFIG_INVALID,
                "cannot use the kubeconfig " + file,
                why,
                "Correct the file; see what kubectl makes of it: kubectl config view --kubeconfig " + file,
                cause);
    }
}
