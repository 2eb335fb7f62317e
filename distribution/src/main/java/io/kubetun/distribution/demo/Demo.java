package io.kubetun.distribution.demo;

import io.kubetun.distribution.command.PlainStatus;
import io.kubetun.kernel.Kernel;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.plugin.PluginRegistry;
import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.profile.ProfileLoader;
import io.kubetun.kernel.profile.ProfileSchema;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import io.kubetun.spi.Progress;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tour that {@code kubetun demo} gives: the same kernel, plugins and wire formats as with a real cluster; only the
 * cluster is embedded.
 */
public final class Demo {
    private static final String URL_HOST = "hello.demo.svc.cluster.local";
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d{1,6})");
    private static final int TIMEOUT_MILLIS = 10_000;

    private final PluginRegistry plugins;
    private final List<Option> clusterOptions;
    private final Progress out;

    /**
     * Takes what a session is made from.
     *
     * @param plugins what is loaded
     * @param clusterOptions the keys of a cluster block
     * @param out where the tour is told
     */
    public Demo(PluginRegistry plugins, List<Option> clusterOptions, Progress out) {
        this.plugins = plugins;
        this.clusterOptions = clusterOptions;
        this.out = out;
    }

    /**
     * Gives the tour.
     *
     * @param once whether to end after the fetch, rather than when the process is interrupted
     * @throws KubetunException if the session cannot start
     * @throws IOException if the cluster cannot start, or the fetch fails
     * @throws InterruptedException if interrupted
     */
    public void run(boolean once) throws KubetunException, IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("kubetun-demo");
        try (DemoCluster cluster = new DemoCluster()) {
            out.step("A cluster of its own     " + cluster.url() + " (embedded: Service demo/hello, 2 pods, TLS)");
            join(cluster.kubeconfig(scratch.resolve("config")), scratch, once, _ -> {});
        } finally {
            delete(scratch);
        }
        out.step("Stopped. Nothing is left behind: no listener, no file, no change to this machine.");
    }

    /**
     * Gives the part of the tour that any session has, without the embedded cluster in this process: what a cache of
     * classes is trained on.
     *
     * @param kubeconfig leads to a demo cluster in another process
     * @throws KubetunException if the session cannot start
     * @throws IOException if the fetch fails
     * @throws InterruptedException if interrupted
     */
    public void train(Path kubeconfig) throws KubetunException, IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("kubetun-train");
        try {
            join(kubeconfig, scratch, true, Demo::askAsOtherProcessesDo);
        } finally {
            delete(scratch);
        }
    }

    /** What {@code kubetun status} does while a session runs: it has to be over before one could wonder. */
    private static void askAsOtherProcessesDo(Path controlSockets) throws KubetunException {
        for (String format : List.of("table", "wide", "json", "yaml")) {
            new PlainStatus(Optional.empty(), format).ask(controlSockets);
        }
    }

    private interface Meanwhile {
        void run(Path controlSockets) throws KubetunException;
    }

    private void join(Path kubeconfig, Path scratch, boolean once, Meanwhile meanwhile)
            throws KubetunException, IOException, InterruptedException {
        ProfileLoader profiles = new ProfileLoader(
                new ProfileSchema(clusterOptions, plugins.modes()), List.of(), Map.of(), new Properties());
        Profile profile = profiles.adHoc(
                "demo",
                new Overrides(
                        Map.of("cluster.kubeconfig", kubeconfig.toString(), "modes.socks.listen", "127.0.0.1:0")));
        KernelSettings defaults = KernelSettings.ofUser();
        KernelSettings settings = new KernelSettings(
                scratch.resolve("state"), scratch.resolve("run"), defaults.eventLoops(), defaults.maxFlows());
        try (Kernel kernel = new Kernel(settings, plugins)) {
            Session session = kernel.start(SessionRequest.here(profile, Optional.empty()), _ -> {});
            InetSocketAddress socks = session.status().modes().stream()
                    .map(SessionStatus.ModeStatus::listening)
                    .flatMap(List::stream)
                    .findFirst()
                    .orElseThrow()
                    .address();
            out.step("Joined it                mode socks listens on 127.0.0.1:" + socks.getPort()
                    + ", as an ordinary user");
            fetch(socks);
            meanwhile.run(settings.runtimeFolder());
            if (!once) {
                out.step("");
                out.step("Try it: curl --proxy socks5h://127.0.0.1:" + socks.getPort() + " http://hello.demo/");
                out.step("Ctrl-C stops it.");
                session.ended().join();
            }
        }
    }

    private void fetch(InetSocketAddress socks) throws IOException {
        long start = System.nanoTime();
        String answer;
        try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, socks))) {
            socket.connect(InetSocketAddress.createUnresolved(URL_HOST, 80), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream request = socket.getOutputStream();
            request.write(("GET /tour HTTP/1.1\r\nHost: " + URL_HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            answer = read(socket.getInputStream());
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        out.step("Fetched by name          http://" + URL_HOST + "/tour in " + millis + " ms");
        out.step("  app -> SOCKS5 on loopback -> kubetun: name -> Service demo/hello:80 -> a ready pod:8080");
        out.step("      -> one port-forward connection through the API server -> pod");
        answer.lines().limit(1).forEach(line -> out.step("  " + line));
        out.step("  " + answer.substring(answer.indexOf("\r\n\r\n") + 4).strip());
    }

    /** Reads one answer by its length: a port-forward tells the end of a stream only a second later. */
    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the answer ended in its head: " + head);
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
        return head + new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
