package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.flow.NettyTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A pod and a neighbour, each a network namespace, joined by a cable: the pod has an original program, the rules and an
 * agent, the latter two as the processes that its containers would be. The neighbour's second address stands for the node.
 */
final class PodFixture implements Closeable {
    static final String POD = "10.99.0.2";
    static final String NEIGHBOUR = "10.99.0.3";
    static final String NODE = "10.99.0.1";
    static final int TAKEN = 8080;
    static final int PROBED = 8082;
    static final int FREE = 8081;
    static final int ECHO = 7;

    /** As the image runs it. */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UsePerfData",
            "-XX:ActiveProcessorCount=2",
            "-XX:TieredStopAtLevel=1",
            "-Xms6m",
            "-Xmx20m",
            "-Xss256k",
            "-XX:MaxDirectMemorySize=36m",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:TrimNativeHeapInterval=5000",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED");

    final NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
    final KeyPair owner;
    final Map<String, String> environment = new LinkedHashMap<>();
    final NetworkNamespace pod;
    final NetworkNamespace neighbour;
    private final Path folder;
    private final String classPath;
    private final List<Closeable> open = new ArrayList<>();

    PodFixture(Path folder) throws Exception {
        this.folder = folder;
        this.classPath = readableClassPath();
        // Its thread is born here, not in the pod: threads inherit their namespace.
        transport.eventLoops().submit(() -> {}).sync();
        owner = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        environment.put(
                "KUBETUN_AGENT_KEY",
                Base64.getEncoder().encodeToString(owner.getPublic().getEncoded()));
        environment.put("KUBETUN_AGENT_TCP", TAKEN + "," + PROBED);
        environment.put("KUBETUN_AGENT_UDP", String.valueOf(ECHO));
        environment.put("KUBETUN_AGENT_PROBES", "http:" + TAKEN + ":/healthz;tcp:" + PROBED);
        environment.put("KUBETUN_AGENT_POD_IPS", POD);
        environment.put("KUBETUN_AGENT_NODE_IPS", "192.0.2.1");
        environment.put("HOSTNAME", "echo-0");
        environment.put("MALLOC_ARENA_MAX", "1");
        String id = Long.toString(ProcessHandle.current().pid(), 36);
        pod = new NetworkNamespace("agent-pod-" + id);
        neighbour = new NetworkNamespace("agent-neighbour-" + id);
        pod.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", neighbour.name);
        pod.ip("addr", "add", POD + "/24", "dev", "eth0");
        neighbour.ip("addr", "add", NEIGHBOUR + "/24", "dev", "eth0");
        neighbour.ip("addr", "add", NODE + "/24", "dev", "eth0");
        pod.ip("link", "set", "eth0", "up");
        neighbour.ip("link", "set", "eth0", "up");
        pod.ip("route", "add", "default", "via", NODE);
        for (int port : new int[] {TAKEN, PROBED, FREE}) {
            serve(port);
        }
        echo();
    }

    /** Answers each line with who it is and who asked. */
    private void serve(int port) throws Exception {
        ServerSocket server = pod.in(() -> new ServerSocket(port, 1000));
        open.add(server);
        Thread.ofVirtual().start(() -> answer(server, "original"));
    }

    /** Answers the first line of each connection, and its bytes after it as they come. */
    static void answer(ServerSocket server, String name) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> answer(client, name));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void answer(Socket client, String name) {
        try (client) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1), 1);
            PrintStream out = new PrintStream(client.getOutputStream(), true, StandardCharsets.ISO_8859_1);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.print(name + " " + client.getInetAddress().getHostAddress() + ":" + client.getPort() + "\n");
            }
        } catch (IOException gone) {
            // The next one.
        }
    }

    private void echo() throws Exception {
        DatagramSocket socket = pod.in(() -> new DatagramSocket(ECHO));
        open.add(socket);
        Thread.ofVirtual().start(() -> echo(socket, "original "));
    }

    static void echo(DatagramSocket socket, String name) {
        byte[] buffer = new byte[2000];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                String said = name + new String(buffer, 0, packet.getLength(), StandardCharsets.US_ASCII);
                byte[] answer = said.getBytes(StandardCharsets.US_ASCII);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** The init container; returns its exit code and what it said. */
    Map.Entry<Integer, String> rules() throws Exception {
        Process process = start("agent-rules", List.of("--inh-caps=-all,+net_admin", "--bounding-set=-all,+net_admin"));
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return Map.entry(process.exitValue(), said);
    }

    /** The agent's container, once it listens. */
    RunningAgent agent() throws Exception {
        long start = System.nanoTime();
        Process process = start(
                "agent",
                List.of("--reuid=57070", "--regid=57070", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"));
        RunningAgent agent = new RunningAgent(process);
        open.add(agent);
        while (!isListening()) {
            assertThat(process.isAlive()).as("the agent's process").isTrue();
            Thread.onSpinWait();
        }
        agent.readyMillis = (System.nanoTime() - start) / 1_000_000;
        return agent;
    }

    private Process start(String argument, List<String> privileges) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", pod.name, "setpriv"));
        command.addAll(privileges);
        command.add("--no-new-privs");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of("-cp", classPath, "io.kubetun.kernel.PodMain", argument));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.directory(folder.toFile())
                .redirectOutput(argument.equals("agent") ? Redirect.DISCARD : Redirect.PIPE)
                .start();
    }

    /** The agent is somebody else, who may not read this user's files. */
    private String readableClassPath() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        String all = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "");
        for (String each : all.split(":", -1)) {
            Path from = Path.of(each);
            if (!each.isEmpty() && Files.exists(from) && !each.contains("test-classes")) {
                Path copy = folder.resolve("lib" + copies.size());
                NetworkNamespace.run("cp", "-r", from.toString(), copy.toString());
                copies.add(copy.toString());
            }
        }
        return String.join(":", copies);
    }

    /** The way that a port-forward goes: into the pod by its loopback. */
    Channel dialControl() throws Exception {
        return pod.in(() -> new Bootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(InetAddress.ofLiteral("127.0.0.1"), 9701)
                .sync()
                .channel());
    }

    private boolean isListening() throws Exception {
        try {
            pod.in(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), 9701)).close();
            return true;
        } catch (ExecutionException notYet) {
            return false;
        }
    }

    /** Connects from the neighbour. */
    Socket connect(String from, int port) throws Exception {
        return neighbour.in(() -> {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(POD, port), 3_000);
            socket.setSoTimeout(10_000);
            return socket;
        });
    }

    /** One request on a new connection from the neighbour. */
    String ask(String from, int port, String request) throws Exception {
        try (Socket socket = connect(from, port)) {
            return ask(socket, request).replace(from + ":" + socket.getLocalPort(), "CLIENT");
        }
    }

    static String ask(Socket socket, String request) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(request.getBytes(StandardCharsets.ISO_8859_1));
        return String.valueOf(
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
                        .readLine());
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : open.reversed()) {
            each.close();
        }
        transport.close();
        pod.close();
        neighbour.close();
    }

    /** A process of the agent. */
    static final class RunningAgent implements Closeable {
        final Process process;
        long readyMillis;

        RunningAgent(Process process) {
            this.process = process;
        }

        /** Its memory in megabytes now. */
        long megabytes() throws IOException {
            try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
                return lines.filter(each -> each.startsWith("VmRSS:"))
                        .mapToLong(each -> Long.parseLong(each.replaceAll("[^0-9]", "")) / 1024)
                        .findFirst()
                        .orElseThrow();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
