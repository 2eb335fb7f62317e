package io.kubetun.kube.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.kube.config.Kubeconfig.Entry;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the user proves who they are: flags, then the kubeconfig's user.
 *
 * @param options flags
 * @param user the kubeconfig's user
 * @param cluster the kubeconfig's cluster, which an exec plugin may ask about
 * @param server the API server
 * @param environment the person's environment, which an exec plugin gets
 */
record LoginReader(
        ClusterOptions options,
        Optional<Entry> user,
        Optional<Entry> cluster,
        URI server,
        Map<String, String> environment) {
    /**
     * Reads it.
     *
     * @return the login
     * @throws KubetunException if the kubeconfig's user makes no sense
     */
    Login read() throws KubetunException {
        return new Login(
                method(),
                TrustReader.pem(options.file("client-certificate"), user, "client-certificate"),
                TrustReader.pem(options.file("client-key"), user, "client-key"),
                impersonation());
    }

    private Tree body() {
        return user.map(Entry::body).orElse(Tree.MISSING);
    }

    private Login.Method method() throws KubetunException {
        Optional<String> flag = options.text("token");
        if (flag.isPresent()) {
            return new Login.Token(flag.get());
        }
        Optional<String> file = body().at("tokenFile").text();
        if (file.isPresent()) {
            return new Login.TokenFile(user.orElseThrow().resolve(file.get()));
        }
        Optional<String> token = body().at("token").text();
        if (token.isPresent()) {
            return new Login.Token(token.get());
        }
        Optional<String> name = body().at("username").text();
        if (name.isPresent()) {
            return new Login.Basic(name.get(), body().at("password").text().orElse(""));
        }
        if (body().at("exec").isObject()) {
            return exec(user.orElseThrow(), body().at("exec"));
        }
        if (body().at("auth-provider").isObject()) {
            throw Kubeconfig.invalid(
                    user.orElseThrow().file(),
                    "its user has an auth-provider, which Kubernetes removed in 1.26; an exec plugin takes its place",
                    null);
        }
        return new Login.None();
    }

    private Login.Exec exec(Entry entry, Tree exec) throws KubetunException {
        String version = exec.at("apiVersion").text().orElse("");
        if (!version.matches("client\\.authentication\\.k8s\\.io/v1(beta1)?")) {
            throw Kubeconfig.invalid(
                    entry.file(),
                    "its exec plugin is of apiVersion " + (version.isEmpty() ? "nothing" : version)
                            + ", not client.authentication.k8s.io/v1 or v1beta1",
                    null);
        }
        String command = exec.at("command")
                .text()
                .orElseThrow(() -> Kubeconfig.invalid(entry.file(), "its exec plugin has no command", null));
        Map<String, String> variables = new LinkedHashMap<>(environment);
        for (Tree variable : exec.at("env").items()) {
            variable.at("name")
                    .text()
                    .ifPresent(name ->
                            variables.put(name, variable.at("value").text().orElse("")));
        }
        Path folder = entry.file().toAbsolutePath().getParent();
        return new Login.Exec(
                version,
                command,
                exec.at("args").texts(),
                variables,
                folder == null ? Path.of("/") : folder,
                exec.at("installHint").text(),
                exec.at("provideClusterInfo").flag(false) ? Optional.of(clusterInfo()) : Optional.empty(),
                "Always".equals(exec.at("interactiveMode").text().orElse("")));
    }

    private String clusterInfo() {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("server", server.toString());
        Tree body = cluster.map(Entry::body).orElse(Tree.MISSING);
        for (String key : List.of("tls-server-name", "certificate-authority-data", "proxy-url")) {
            body.at(key).text().ifPresent(value -> info.put(key, value));
        }
        if (body.at("insecure-skip-tls-verify").flag(false)) {
            info.put("insecure-skip-tls-verify", true);
        }
        for (Tree extension : body.at("extensions").items()) {
            if ("client.authentication.k8s.io/exec"
                    .equals(extension.at("name").text().orElse(""))) {
                info.put("config", extension.at("extension").value());
            }
        }
        return ConfigValueFactory.fromAnyRef(info).render(ConfigRenderOptions.concise());
    }

    private Login.Impersonation impersonation() throws KubetunException {
        Optional<String> name = options.text("as").or(body().at("as")::text);
        Optional<String> uid = options.text("as-uid").or(body().at("as-uid")::text);
        List<String> groups =
                options.texts("as-group").isEmpty() ? body().at("as-groups").texts() : options.texts("as-group");
        if (name.isEmpty() && (uid.isPresent() || !groups.isEmpty())) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot impersonate",
                    "a group or UID was named, but no user",
                    "Add the user: --as NAME");
        }
        Map<String, List<String>> extra = new LinkedHashMap<>();
        Tree more = body().at("as-user-extra");
        more.names().forEach(key -> extra.put(key, more.at(key).texts()));
        return new Login.Impersonation(name, uid, groups, extra);
    }
}
