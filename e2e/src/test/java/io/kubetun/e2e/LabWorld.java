package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real Kubernetes and a laptop beside it, in network namespaces that a script made. The user is uid 1000 and has
 * nothing but a kubeconfig whose exec plugin gives the token of a service account with the least Role.
 */
final class LabWorld implements World {
    static final String USER = "1000";

    /** What objects of a deployed gateway have as a label. */
    static final String GATEWAY = "kubetun.io/gateway=kubetun-gateway";

    /** Of each workload: its generation and the one that its controller has seen; replicas wanted, there, new and ready. */
    private static final String ROLLOUTS =
            "jsonpath={range .items[*]}{.metadata.generation} {.status.observedGeneration}"
                    + " {.spec.replicas} {.status.replicas} {.status.updatedReplicas} {.status.readyReplicas}{\"\\n\"}{end}";

    private static final int ROLLOUT_WORDS = 6;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final String SUDOERS = "/etc/sudoers.d/kubetun-e2e";

    private final Path lab;
    private final Path home;
    private final Path runtime;

    LabWorld(Path lab, Path scratch) throws IOException, InterruptedException {
        this.lab = lab;
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.home = Files.createDirectories(scratch.resolve("home"));
        this.runtime = World.runtimeFolder(scratch);
        give(runtime);
        // What a scenario puts below them as root, the user must be able to stand beside.
        Files.createDirectories(home.resolve(".local/share"));
        Files.createDirectories(home.resolve(".local/state"));
        Files.createDirectories(home.resolve(".config"));
        login("lab", List.of(lab.toString(), "laptop", "kubectl"));
    }

    /**
     * A second cluster with the same addresses, started if it is not up.
     *
     * @return a kubeconfig that has the contexts lab and lab2
     */
    String withSecondCluster() throws Exception {
        List<String> kubectl = List.of(lab.toString(), "second", "laptop", "kubectl");
        ProcessBuilder ready = with(kubectl, "get", "--raw", "/readyz");
        if (new Running(ready).await(Duration.ofSeconds(20)).status() != 0) {
            new Running(new ProcessBuilder(lab.toString(), "second", "up")).awaitSuccess(Duration.ofMinutes(5));
        }
        // What the API server says of pods that it knew before it was stopped is not yet true.
        ProcessBuilder asked = with(kubectl, "get", "--raw", "/api/v1/namespaces/lab/services/echo:80/proxy/");
        Await.until(() -> allSucceed(asked), Duration.ofMinutes(2));
        return home.resolve(".kube/config") + ":" + login("lab2", kubectl);
    }

    /** Often enough that each of two pods is asked. */
    private static boolean allSucceed(ProcessBuilder command) throws IOException, InterruptedException {
        for (int i = 0; i < 6; i++) {
            if (new Running(command).await(Duration.ofSeconds(40)).status() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Gives the user a kubeconfig for a cluster, with one context of its name. */
    private Path login(String name, List<String> kubectl) throws IOException, InterruptedException {
        Path manifest = home.resolve("role.yaml");
        Files.writeString(manifest, role("lab") + role("other"));
        sure(with(kubectl, "apply", "-f", manifest.toString()));
        String token = sure(with(kubectl, "-n", "lab", "create", "token", "kubetun-e2e", "--duration=2h"));
        Path plugin = home.resolve("token-plugin-" + name);
        Files.writeString(plugin, """
                #!/bin/sh
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}'
                """.formatted(token.strip()));
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
        Path config = home.resolve(name.equals("lab") ? ".kube/config" : ".kube/" + name);
        Files.createDirectories(config.getParent());
        String server = sure(with(kubectl, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"));
        String authority = sure(with(
                kubectl,
                "config",
                "view",
                "--raw",
                "-o",
                "jsonpath={.clusters[0].cluster.certificate-authority-data}"));
        Files.writeString(config, kubeconfig(name, server.strip(), authority.strip(), plugin));
        give(home);
        return config;
    }

    /**
     * Makes the user a service account that has what a manifest of the chart gives it, and nothing else.
     *
     * @param golden the manifest's name, which is also the account's without its {@code kubetun-}
     * @return a kubeconfig of that account alone
     */
    Path loginWith(String golden) throws IOException, InterruptedException {
        String account = "kubetun-" + golden;
        Path manifest = home.resolve(golden + ".yaml");
        Files.writeString(manifest, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %s, namespace: lab}
                ---
                """.formatted(account) + Files.readString(chart(golden)));
        kubectl("apply", "-f", manifest.toString());
        String token = kubectl("-n", "lab", "create", "token", account, "--duration=2h");
        String server = kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}");
        String authority =
                kubectl("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}");
        Path config = home.resolve(".kube").resolve(golden);
        Files.writeString(config, """
                apiVersion: v1
                kind: Config
                current-context: lab
                clusters: [{name: lab, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: lab, user: {token: %s}}]
                contexts: [{name: lab, context: {cluster: lab, user: lab, namespace: lab}}]
                """.formatted(server.strip(), authority.strip(), token.strip()));
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
        give(config);
        return config;
    }

    /** A kubeconfig of the cluster's administrator that the user may read. */
    Path administrator() throws IOException, InterruptedException {
        Path config = home.resolve(".kube/administrator");
        Files.copy(folder().resolve("kubeconfig"), config);
        give(config);
        return config;
    }

    /** Takes what a manifest of the chart gave away again. */
    void forget(String golden) throws IOException, InterruptedException {
        kubectl("delete", "--ignore-not-found", "-f", chart(golden).toString());
        kubectl("-n", "lab", "delete", "--ignore-not-found", "serviceaccount", "kubetun-" + golden);
    }

    /** A manifest of the chart, as it is written down. */
    static Path chart(String golden) {
        return Path.of("../distribution/helm/golden", golden + ".yaml")
                .toAbsolutePath()
                .normalize();
    }

    /** Puts the image of gateway and agent on the node, if it is not there: there is no registry. */
    void loadGateway() throws IOException, InterruptedException {
        Path image = Installation.image();
        List<String> images =
                List.of("ctr", "-a", folder().resolve("state1/containerd.sock").toString(), "-n", "k8s.io", "images");
        String index = sure(new ProcessBuilder("tar", "-xOf", image.toString(), "index.json"));
        Matcher digest = DIGEST.matcher(index);
        assertThat(digest.find()).as(index).isTrue();
        if (!sure(with(images, "ls")).contains(digest.group())) {
            sure(with(images, "import", image.toString()));
        }
    }

    private static ProcessBuilder with(List<String> command, String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        return new ProcessBuilder(all);
    }

    /** Another person, on a machine of their own. */
    Running guest(Path guestHome, Path kubeconfig, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                lab.toString(),
                "guest",
                "env",
                "-i",
                "HOME=" + guestHome,
                "XDG_RUNTIME_DIR=" + guestHome,
                "KUBECONFIG=" + kubeconfig,
                "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"));
        Installation.shared().environment().forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(List.of(arguments));
        return new Running(new ProcessBuilder(all));
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
                - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
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

    private static String kubeconfig(String name, String server, String authority, Path plugin) {
        return """
                apiVersion: v1
                kind: Config
                current-context: %1$s
                clusters: [{name: %1$s, cluster: {server: "%2$s", certificate-authority-data: %3$s}}]
                users: [{name: %1$s, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: %4$s, interactiveMode: Never}}}]
                contexts: [{name: %1$s, context: {cluster: %1$s, user: %1$s, namespace: lab}}]
                """.formatted(name, server, authority, plugin);
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
                "XDG_RUNTIME_DIR=" + runtime,
                "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:" + bin()));
        Installation.shared().environment().forEach((name, value) -> all.add(name + "=" + value));
        environment.forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(command);
        return new ProcessBuilder(all);
    }

    /** Takes down a second cluster that other scenarios left: it would take the processor from what is measured. */
    void alone() throws IOException, InterruptedException {
        new Running(new ProcessBuilder(lab.toString(), "second", "down")).await(Duration.ofMinutes(2));
    }

    /** Starts a systemd-resolved on the laptop. */
    void resolved() throws IOException, InterruptedException {
        sure(new ProcessBuilder(lab.toString(), "resolved"));
    }

    /** A process of root on the laptop, with the cluster administrator's kubeconfig. */
    ProcessBuilder asRoot(String... command) {
        return with(List.of(lab.toString(), "laptop"), command);
    }

    /** What {@code sudo} does: root, told who called it, with the caller's environment still in its own process. */
    Running sudo(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "-i", "SUDO_UID=" + USER, "SUDO_GID=" + USER));
        Map<String, String> all = new TreeMap<>(sudoEnvironment());
        all.putAll(environment);
        all.forEach((name, value) -> command.add(name + "=" + value));
        command.add(installation().resolve("bin/kubetun").toString());
        command.addAll(List.of(arguments));
        return new Running(asRoot(command.toArray(String[]::new)));
    }

    /** What the user has in the environment, whose home in the list of users is another one than here. */
    Map<String, String> sudoEnvironment() {
        Map<String, String> all = new TreeMap<>(Installation.shared().environment());
        all.putAll(Map.of(
                "KUBECONFIG", home.resolve(".kube/config").toString(),
                "XDG_STATE_HOME", home.resolve(".local/state").toString(),
                "XDG_RUNTIME_DIR", runtime.toString(),
                "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"));
        return all;
    }

    boolean hasSudo() throws IOException, InterruptedException {
        return new Running(asRoot("sh", "-c", "command -v sudo"))
                        .await(Duration.ofSeconds(20))
                        .status()
                == 0;
    }

    /** Lets the user start kubetun by sudo without a password, by a file in the laptop's own /etc alone. */
    void allowSudo() throws IOException, InterruptedException {
        assertThat(onLaptop("stat", "-f", "-c", "%T", "/etc")).startsWith("overlayfs");
        String rules = """
                Defaults:#%1$s env_keep += "KUBETUN_NO_AOT"
                #%1$s ALL=(root) NOPASSWD: %2$s
                """.formatted(USER, installation().resolve("bin/kubetun"));
        onLaptop("sh", "-c", "umask 227 && printf '%s' \"$0\" >" + SUDOERS, rules);
        assertThat(Path.of(SUDOERS)).doesNotExist();
    }

    void forbidSudo() throws IOException, InterruptedException {
        onLaptop("rm", "-f", SUDOERS);
    }

    /** A process of root on the node. */
    String onNode(String... command) throws IOException, InterruptedException {
        return sure(inNode(List.of(command)));
    }

    ProcessBuilder inNode(List<String> command) {
        return with(List.of(lab.toString(), "node"), command.toArray(String[]::new));
    }

    String onLaptop(String... command) throws IOException, InterruptedException {
        return sure(asRoot(command));
    }

    String kubectl(String... arguments) throws IOException, InterruptedException {
        return sure(with(List.of(lab.toString(), "laptop", "kubectl"), arguments));
    }

    /** What sessions have deployed of gateways into namespace lab; pods that drain are on their way out. */
    String gateways() throws IOException, InterruptedException {
        return kubectl("-n", "lab", "get", "deployments,serviceaccounts", "-l", GATEWAY, "-o", "name");
    }

    /** The names of the pods in a namespace. */
    List<String> pods(String namespace) throws IOException, InterruptedException {
        return kubectl("-n", namespace, "get", "pods", "-o", "name")
                .lines()
                .map(line -> line.substring("pod/".length()))
                .toList();
    }

    /** Waits until no pod is on its way out or in, which a scenario before may have left so. */
    void settled() throws Exception {
        Await.until(() -> rolledOut() && noneLeaves(), Duration.ofMinutes(3));
        kubectl("-n", "lab", "wait", "--for=condition=Ready", "pods", "--all", "--timeout=60s");
    }

    private boolean rolledOut() throws IOException, InterruptedException {
        return kubectl("-n", "lab", "get", "deployments,statefulsets", "-o", ROLLOUTS)
                .lines()
                .map(line -> List.of(line.split(" ")))
                .allMatch(line -> line.get(0).equals(line.get(1))
                        && line.stream().skip(2).distinct().count() == 1
                        && line.size() == ROLLOUT_WORDS);
    }

    private boolean noneLeaves() throws IOException, InterruptedException {
        return kubectl("get", "pods", "-A", "-o", "jsonpath={.items[*].metadata.deletionTimestamp}")
                .isBlank();
    }

    /** What is found out while a program of the node is dead: it is killed before, and started again the same way after. */
    String whileAway(String program, Asking asking) throws Exception {
        Path pidFile = folder().resolve("state1/" + program + ".pid");
        Path log = folder().resolve("state1/" + program + ".log");
        String pid = Files.readString(pidFile).strip();
        String command = Files.readString(Path.of("/proc/" + pid + "/cmdline"))
                .transform(text -> String.join("' '", text.split("\0", -1)));
        sure(new ProcessBuilder("kill", "-9", pid));
        try {
            return asking.ask();
        } finally {
            onNode("sh", "-c", "setsid '" + command + "' >>" + log + " 2>&1 </dev/null & echo $! >" + pidFile);
            Await.until(
                    () -> new Running(asRoot("kubectl", "get", "--raw", "/readyz"))
                                    .await(Duration.ofSeconds(20))
                                    .status()
                            == 0,
                    Duration.ofMinutes(1));
        }
    }

    /** What a scenario asks while something is away. */
    interface Asking {
        String ask() throws Exception;
    }

    private String sure(ProcessBuilder builder) throws IOException, InterruptedException {
        return new Running(builder).awaitSuccess(Duration.ofMinutes(2));
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
    public Path runtimeFolder() {
        return runtime;
    }

    @Override
    public void give(Path path) throws IOException, InterruptedException {
        sure(new ProcessBuilder("chown", "-R", USER + ":" + USER, path.toString()));
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
        quit();
    }
}
