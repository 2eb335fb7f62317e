package io.kubetun.testkit;

import io.kubetun.testkit.api.Account;
import io.kubetun.testkit.api.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody who uses the cluster; may do nothing until allowed. Thread-safe. */
public final class EmbeddedUser {
    private final Account account;
    private final KubeconfigWriter writer;
    private final List<Path> tokenFiles = new CopyOnWriteArrayList<>();

    EmbeddedUser(Account account, KubeconfigWriter writer) {
        this.account = account;
        this.writer = writer;
    }

    /**
     * Returns the user's name.
     *
     * @return the name
     */
    public String name() {
        return account.name();
    }

    /**
     * Returns the token that is good now.
     *
     * @return the token
     */
    public String token() {
        return account.token();
    }

    /**
     * Allows something, as an RBAC rule does. {@code *} stands for all.
     *
     * @param verbs comma-separated: {@code get,list,watch}
     * @param resources plurals, comma-separated, with subresources: {@code pods,pods/portforward}
     * @param namespaces comma-separated; only {@code *} allows lists over all namespaces
     * @return this
     */
    public EmbeddedUser allow(String verbs, String resources, String namespaces) {
        account.allow(new Rule(set(verbs), set(resources), set(namespaces), Set.of()));
        return this;
    }

    /**
     * Allows something for objects of certain names only, as {@code resourceNames} does.
     *
     * @param verbs comma-separated
     * @param resources plurals, comma-separated
     * @param namespaces comma-separated
     * @param names the objects' names, comma-separated
     * @return this
     */
    public EmbeddedUser allowNamed(String verbs, String resources, String namespaces, String names) {
        account.allow(new Rule(set(verbs), set(resources), set(namespaces), set(names)));
        return this;
    }

    private static Set<String> set(String values) {
        return Set.copyOf(List.of(values.split("\\s*,\\s*", -1)));
    }

    /**
     * Takes back all that was allowed.
     *
     * @return this
     */
    public EmbeddedUser denyAll() {
        account.denyAll();
        return this;
    }

    /** Gives the user a new token. The old one is answered with 401 from now on; exec plugins give the new one. */
    public void rotateToken() {
        account.rotateToken();
        try {
            for (Path file : tokenFiles) {
                writer.writeExecCredential(file, account);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Writes a kubeconfig with one context, named {@code testkit}. A file that is there is replaced.
     *
     * @param file where to
     * @param credentials how it proves who the user is
     * @param namespace the context's namespace
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path kubeconfig(Path file, Credentials credentials, String namespace) throws IOException {
        if (credentials == Credentials.EXEC_PLUGIN) {
            tokenFiles.add(KubeconfigWriter.tokenFile(file));
        }
        return writer.write(file, account, credentials, namespace);
    }
}
