package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real Kubernetes and a laptop beside it, in network namespaces that a script made. The user is uid 1000 and has
 * nothing but a kubeconfig whose exec plugin gives the token of a service account with the least Role.
 */
final class LabWorld implements World {
    static final String USER = "1000";

    private final Path lab;
    private final Path home;
    private final Path installation;

    LabWorld(Path lab, Path scratch) throws IOException, InterruptedException {
        this.lab = lab;
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.installation = World.install(scratch);
        this.home = Files.createDirectories(scratch.resolve("home"));
        Path manifest = scratch.resolve("role.yaml");
        Files.writeString(manifest, role("lab") + role("other"));
        kubectl("apply", "-f", manifest.toString());
        String token = kubectl("-n", "lab", "create", "token", "kubetun-e2e", "--duration=2h");
        Path plugin = home.resolve("token-plugin");
        Files.writeString(plugin, """
                #!/bin/sh
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}'
                """.formatted(token.strip()));
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
        Path config = home.resolve(".kube/config");
        Files.createDirectories(config.getParent());
        // What a scenario puts below them as root, the user must be able to stand beside.
        Files.createDirectories(home.resolve(".local/share"));
        Files.createDirectories(home.resolve(".config"));
        String server = kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}");
        String authority =
                kubectl("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}");
        Files.writeString(config, kubeconfig(server.strip(), authority.strip(), plugin));
        sure(rootly("chown", "-R", USER + ":" + USER, home.toString()));
    }

    private static String role(String namespace) {
        return """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: kubetun-e2e, namespace: %1$s}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: kubetun-e2e, namespace: %1$s}
                rules:
                - {apiGroups: [""], resources: [services, pods], verbs: [get, list, watch]}
                - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list, watch]}
                - {apiGroups: [""], resources: [pods/portforward], verbs: [get, create]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: kubetun-e2e, namespace: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: kubetun-e2e}
                subjects: [{kind: ServiceAccount, name: kubetun-e2e, namespace: lab}]
                ---
                """.formatted(namespace);
    }

    private static String kubeconfig(String server, String authority, Path plugin) {
        return """
                apiVersion: v1
                kind: Config
                current-context: lab
                clusters: [{name: lab, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: dev, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: %s, interactiveMode: Never}}}]
                contexts: [{name: lab, context: {cluster: lab, user: dev, namespace: lab}}]
                """.formatted(server, authority, plugin);
    }

    @Override
    public boolean real() {
        return true;
    }

    @Override
    public ProcessBuilder asUser(List<String> command, Map<String, String> environment) {
        List<String> all = new ArrayList<>(List.of(
                lab.toString(),
                "laptop",
                "setpriv",
                "--reuid",
                USER,
                "--regid",
                USER,
                "--clear-groups",
                "env",
                "-i",
                "HOME=" + home,
                "KUBETUN_NO_AOT=1",
                "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:" + bin()));
        environment.forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(command);
        return new ProcessBuilder(all);
    }

    /** A process of root on the laptop, with the cluster administrator's kubeconfig. */
    ProcessBuilder asRoot(String... command) {
        List<String> all = new ArrayList<>(List.of(lab.toString(), "laptop"));
        all.addAll(List.of(command));
        return new ProcessBuilder(all);
    }

    /** What {@code sudo} does: root, told who called it, with the caller's environment still in its own process. */
    Running sudo(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-i",
                "KUBETUN_NO_AOT=1",
                "SUDO_UID=" + USER,
                "SUDO_GID=" + USER,
                "KUBECONFIG=" + home.resolve(".kube/config"),
                "XDG_STATE_HOME=" + home.resolve("state"),
                "XDG_RUNTIME_DIR=" + home,
                "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                installation.resolve("bin/kubetun").toString()));
        command.addAll(List.of(arguments));
        return new Running(asRoot(command.toArray(String[]::new)));
    }

    private static ProcessBuilder rootly(String... command) {
        return new ProcessBuilder(command);
    }

    /** A process of root on the node. */
    String onNode(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(lab.toString(), "node"));
        all.addAll(List.of(command));
        return sure(new ProcessBuilder(all));
    }

    String onLaptop(String... command) throws IOException, InterruptedException {
        return sure(asRoot(command));
    }

    String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(arguments));
        return onLaptop(all.toArray(String[]::new));
    }

    private String sure(ProcessBuilder builder) throws IOException, InterruptedException {
        Result result = new Running(builder).await(Duration.ofMinutes(2));
        if (result.status() != 0) {
            throw new AssertionError(
                    String.join(" ", builder.command()) + " ended with " + result.status() + ":\n" + result.output());
        }
        return result.output();
    }

    /** Where the lab keeps its programs, state and logs. */
    static Path folder() {
        return Path.of(System.getenv().getOrDefault("LAB", "/var/tmp/kubetun-lab"));
    }

    private static Path bin() {
        return folder().resolve("bin");
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public Path installation() {
        return installation;
    }

    @Override
    public String clusterIp(String service) throws IOException, InterruptedException {
        return kubectl("-n", "lab", "get", "svc", service, "-o", "jsonpath={.spec.clusterIP}")
                .strip();
    }

    @Override
    public String podIp(String app) throws IOException, InterruptedException {
        return kubectl("-n", "lab", "get", "pod", "-l", "app=" + app, "-o", "jsonpath={.items[0].status.podIP}")
                .strip();
    }

    @Override
    public void close() {
        // The service account stays: it is the lab's, and applying it again changes nothing.
    }
}
