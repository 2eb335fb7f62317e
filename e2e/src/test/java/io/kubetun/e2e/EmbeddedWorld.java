package io.kubetun.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kubetun.e2e.Running.Result;
import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedService;
import io.kubetun.testkit.EmbeddedUser;
import io.kubetun.testkit.pod.PodSetup;
import io.kubetun.testkit.pod.TcpServers;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** The embedded cluster with the workloads that the scenarios know, and this machine's user with the least Role. */
final class EmbeddedWorld implements World {
    /** Where the tests run as root, the user is another one: root has no background kernel. */
    private static final Optional<String> OTHER_USER =
            "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv"))
                    ? Optional.of("1000")
                    : Optional.empty();

    private final Path home;
    private final Path runtime;
    private final EmbeddedCluster cluster;
    private final Map<String, EmbeddedService> services = new HashMap<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    EmbeddedWorld(Path scratch) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(scratch, "world");
        for (Path passed : List.of(scratch, folder)) {
            Files.setPosixFilePermissions(passed, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        home = Files.createDirectories(folder.resolve("home"));
        runtime = World.runtimeFolder(folder);
        // What a scenario puts below them, the user must be able to stand beside.
        Files.createDirectories(home.resolve(".local/share"));
        Files.createDirectories(home.resolve(".local/state"));
        Files.createDirectories(home.resolve(".config"));
        cluster = EmbeddedCluster.start();
        services.put(
                "echo",
                cluster.namespace("lab")
                        .service("echo")
                        .port("http", 80, "http")
                        .port("echo", 7, 7)
                        .port("discard", 9, 9)
                        .create()
                        .pods(2, pod -> workload(pod, "echo")));
        cluster.namespace("lab").service("a").port("http", 80, 8080).create().pods(1, pod -> workload(pod, "a"));
        cluster.namespace("lab")
                .service("peer")
                .headless()
                .port("http", 8080, 8080)
                .create()
                .pods(2, pod -> workload(pod, "peer"));
        cluster.namespace("other")
                .service("echo")
                .externalName("echo.lab.svc.cluster.local")
                .create();
        EmbeddedUser user = cluster.user("dev");
        for (String namespace : List.of("lab", "other")) {
            user.allow("get,list,watch", "services,pods,endpointslices", namespace);
            user.allow("get,create", "pods/portforward", namespace);
        }
        Path config = home.resolve(".kube/config");
        Files.createDirectories(config.getParent());
        user.kubeconfig(config, Credentials.EXEC_PLUGIN, "lab");
        give(home);
        give(runtime);
    }

    private void workload(PodSetup pod, String app) {
        String name = pod.name();
        pod.containerPort("http", 8080)
                .server(8080, web(name, app))
                .tcp(7, TcpServers.echo())
                .tcp(9, TcpServers.discard());
    }

    private InetSocketAddress web(String pod, String app) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.setExecutor(threads);
            server.createContext(
                    "/", exchange -> text(exchange, "{\"app\":\"" + app + "\",\"pod\":\"" + pod + "\"}\n"));
            server.createContext("/bytes", EmbeddedWorld::bytes);
            server.createContext("/upload", exchange -> {
                long count = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                text(exchange, count + "\n");
            });
            server.createContext("/stream", EmbeddedWorld::stream);
            server.start();
            servers.add(server);
            return server.getAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void text(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void bytes(HttpExchange exchange) throws IOException {
        long count = Long.parseLong(exchange.getRequestURI().getQuery().substring("n=".length()));
        exchange.sendResponseHeaders(200, count);
        byte[] zeros = new byte[65536];
        try (OutputStream out = exchange.getResponseBody()) {
            for (long left = count; left > 0; left -= zeros.length) {
                out.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
        }
    }

    /** Server-sent events, one a second: the pause is what is served. */
    private static void stream(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 5; i++) {
                out.write(("data: " + i + "\n\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                long end = System.nanoTime() + 1_000_000_000;
                while (i < 4 && System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
            }
        }
    }

    EmbeddedCluster cluster() {
        return cluster;
    }

    @Override
    public boolean real() {
        return false;
    }

    @Override
    public ProcessBuilder asUser(List<String> command, Map<String, String> environment) {
        List<String> all = new ArrayList<>();
        OTHER_USER.ifPresent(
                user -> all.addAll(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--")));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).directory(home.toFile());
        Map<String, String> ours = builder.environment();
        ours.keySet().retainAll(List.of("PATH", "JAVA_HOME", "KUBETUN_JAVA_HOME"));
        // What root has on its own PATH another user need not be able to run.
        OTHER_USER.ifPresent(user -> ours.put("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"));
        ours.put("HOME", home.toString());
        ours.put("XDG_RUNTIME_DIR", runtime.toString());
        ours.putAll(Installation.shared().environment());
        ours.putAll(environment);
        return builder;
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
        if (OTHER_USER.isPresent()) {
            String user = OTHER_USER.get();
            Result result =
                    new Running(new ProcessBuilder("chown", "-R", user + ":" + user, path.toString())).await(PATIENCE);
            if (result.status() != 0) {
                throw new IOException(result.output());
            }
        }
    }

    @Override
    public String clusterIp(String service) {
        return services.get(service).clusterIp().orElseThrow();
    }

    @Override
    public String podIp(String app) {
        return services.get(app).pods().getFirst().ip();
    }

    @Override
    public void close() {
        quit();
        servers.forEach(server -> server.stop(0));
        threads.close();
        cluster.close();
    }
}
