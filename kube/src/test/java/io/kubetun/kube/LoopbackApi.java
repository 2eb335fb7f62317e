package io.kubetun.kube;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocketFactory;

/** Lists, watches and single objects over HTTP on loopback: the part of a Kubernetes API that the catalog uses. */
public final class LoopbackApi implements AutoCloseable {
    private static final String END = "";

    private final Map<String, Map<String, String>> collections = new ConcurrentHashMap<>();
    private final Map<String, List<BlockingQueue<String>>> watchers = new ConcurrentHashMap<>();
    private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private volatile Optional<String> token = Optional.empty();
    private final Map<String, List<Happened>> history = new ConcurrentHashMap<>();
    private volatile long oldest;
    private long version = 1;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ServerSocketFactory factory;
    private volatile ServerSocket server;

    /** Bound and never listening: between stop and start nobody's outgoing connection is given the port. */
    private final Socket port = new Socket();

    public LoopbackApi() throws IOException {
        this(ServerSocketFactory.getDefault());
    }

    /** The same over TLS, if the factory makes such sockets. */
    public LoopbackApi(ServerSocketFactory factory) throws IOException {
        this.factory = factory;
        port.setReuseAddress(true);
        port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start();
    }

    /** Starts, after a stop at the port of before. */
    public void start() throws IOException {
        server = factory.createServerSocket();
        server.setReuseAddress(true);
        server.bind(port.getLocalSocketAddress());
        Thread.ofVirtual().start(() -> accept(server));
    }

    /** Goes away: no one answers, open connections are cut. */
    public void stop() {
        watchers.values().forEach(list -> list.forEach(queue -> queue.add(END)));
        cut(server);
        sockets.forEach(LoopbackApi::cut);
        sockets.clear();
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Socket socket = from.accept();
                sockets.add(socket);
                if (from.isClosed()) {
                    cut(socket);
                }
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // stopped
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String authorization = "";
                long body = 0;
                for (String header = in.readLine(); header != null && !header.isEmpty(); header = in.readLine()) {
                    if (header.startsWith("Authorization: ")) {
                        authorization = header.substring("Authorization: ".length());
                    }
                    if (header.startsWith("Content-Length: ")) {
                        body = Long.parseLong(header.substring("Content-Length: ".length()));
                    }
                }
                in.skip(body);
                handle(new Exchange(URI.create(line.split(" ", -1)[1]), authorization, socket.getOutputStream()));
            }
        } catch (IOException e) {
            // the client went away, or all were cut
        } finally {
            sockets.remove(socket);
        }
    }

    private static void cut(Closeable connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer that waits. */
    public record Held(CountDownLatch reached, CountDownLatch released) {
        /** Waits until the request is there whose answer is held. */
        public boolean awaitRefusal() throws InterruptedException {
            return reached.await(20, TimeUnit.SECONDS);
        }

        /** Lets the answer go. */
        public void release() {
            released.countDown();
        }

        private void pass() throws IOException {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    private volatile String dryRunSays = "";

    private record Happened(long version, String event) {}

    private record Exchange(URI uri, String authorization, OutputStream out) {
        void head(int code, String length) throws IOException {
            out.write(("HTTP/1.1 " + code + " x\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
        }

        void chunk(byte[] bytes) throws IOException {
            out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.write(bytes);
            out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    public URI uri() {
        String scheme = factory instanceof SSLServerSocketFactory ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + port.getLocalPort());
    }

    public List<String> requests() {
        return requests;
    }

    /** From now on only this token will do. */
    public void requireToken(String value) {
        token = Optional.of(value);
    }

    /** What a dry run is refused with; nothing is forbidden then. */
    public void dryRunSays(String message) {
        dryRunSays = message;
    }

    /** Has the next 401 to this path wait until it is released. */
    public Held holdRefusal(String path) {
        Held hold = new Held(new CountDownLatch(1), new CountDownLatch(1));
        held.put(path, hold);
        return hold;
    }

    /** Forbids a verb on a collection, as {@code "watch /api/v1/namespaces/lab/pods"}. */
    public void forbid(String verbAndPath) {
        forbidden.add(verbAndPath);
    }

    /** Forgets what happened: who watches from before gets 410 Gone. */
    public synchronized void expireVersions() {
        oldest = ++version;
        watchers.values().forEach(list -> list.forEach(queue -> queue.add(END)));
    }

    /** Puts an object into a collection and tells who watches it. */
    public synchronized void put(String collection, String name, String body) {
        boolean known = objects(collection).containsKey(name);
        String json = versioned(name, collection, body);
        objects(collection).put(name, json);
        tell(collection, known ? "MODIFIED" : "ADDED", json);
    }

    /** Takes an object away and tells who watches. */
    public synchronized void remove(String collection, String name) {
        version++;
        String json = objects(collection).remove(name);
        tell(collection, "DELETED", json);
    }

    private String versioned(String name, String collection, String body) {
        String[] parts = collection.split("/", -1);
        String namespace = parts[parts.length - 2];
        return "{\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"" + namespace + "\",\"uid\":\"" + name
                + "-uid\",\"resourceVersion\":\"" + ++version + "\""
                + body.replaceFirst("^\\{\"metadata\":\\{", ",").replaceFirst("^\\{", "},");
    }

    private void tell(String collection, String type, String json) {
        String event = "{\"type\":\"" + type + "\",\"object\":" + json + "}\n";
        history.computeIfAbsent(collection, c -> new CopyOnWriteArrayList<>()).add(new Happened(version, event));
        watchers.getOrDefault(collection, List.of()).forEach(queue -> queue.add(event));
    }

    private Map<String, String> objects(String collection) {
        return collections.computeIfAbsent(collection, c -> new ConcurrentHashMap<>());
    }

    private void handle(Exchange exchange) throws IOException {
        String path = exchange.uri().getPath();
        String query = Optional.ofNullable(exchange.uri().getQuery()).orElse("");
        requests.add(exchange.uri().toString());
        if (token.isPresent() && !("Bearer " + token.get()).equals(exchange.authorization())) {
            Optional<Held> hold = Optional.ofNullable(held.remove(path));
            if (hold.isPresent()) {
                hold.get().pass();
            }
            status(exchange, 401, "Unauthorized");
        } else if (path.equals("/version")) {
            send(exchange, 200, "{\"gitVersion\":\"v1.34.4\"}");
        } else if (query.contains("dryRun=All")) {
            byte[] refusal = ("{\"kind\":\"Status\",\"reason\":\"Invalid\",\"message\":\"" + dryRunSays + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.head(dryRunSays.isEmpty() ? 403 : 422, "Content-Length: " + refusal.length);
            exchange.out().write(refusal);
        } else if (query.contains("watch=true")) {
            watch(exchange, path, query);
        } else if (collections.containsKey(path)) {
            list(exchange, path, query);
        } else {
            get(exchange, path);
        }
    }

    private void get(Exchange exchange, String path) throws IOException {
        int slash = path.lastIndexOf('/');
        String collection = path.substring(0, slash);
        String json = objects(collection).get(path.substring(slash + 1));
        if (forbidden.contains("get " + collection) || forbidden.contains("list " + path)) {
            status(exchange, 403, "Forbidden");
        } else if (json == null) {
            status(exchange, 404, "NotFound");
        } else {
            send(exchange, 200, json);
        }
    }

    private void list(Exchange exchange, String path, String query) throws IOException {
        if (forbidden.contains("list " + path)) {
            status(exchange, 403, "Forbidden");
            return;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            parameters.put(equals < 0 ? part : part.substring(0, equals), equals < 0 ? "" : part.substring(equals + 1));
        }
        send(exchange, 200, page(path, parameters));
    }

    private synchronized String page(String path, Map<String, String> parameters) {
        int from = Integer.parseInt(parameters.getOrDefault("continue", "0"));
        int limit = Integer.parseInt(parameters.getOrDefault("limit", "1000000"));
        List<String> all = new ArrayList<>(objects(path).values());
        int to = Math.min(all.size(), from + limit);
        String next = to < all.size() ? ",\"continue\":\"" + to + "\"" : "";
        return "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"" + version + "\"" + next + "},\"items\":["
                + String.join(",", all.subList(from, to)) + "]}";
    }

    private void watch(Exchange exchange, String path, String query) throws IOException {
        if (forbidden.contains("watch " + path)) {
            status(exchange, 403, "Forbidden");
            return;
        }
        long from = Long.parseLong(query.replaceAll(".*resourceVersion=(\\d+).*", "$1"));
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        List<BlockingQueue<String>> list = watchers.computeIfAbsent(path, p -> new CopyOnWriteArrayList<>());
        if (!follow(path, from, queue, list)) {
            status(exchange, 410, "Expired");
            return;
        }
        exchange.head(200, "Transfer-Encoding: chunked");
        try {
            for (String event = queue.take(); !event.equals(END); event = queue.take()) {
                exchange.chunk(event.getBytes(StandardCharsets.UTF_8));
            }
            exchange.chunk(new byte[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            list.remove(queue);
        }
    }

    /** Puts the queue to those that are told, with what has happened since; not if that is forgotten. */
    private synchronized boolean follow(
            String path, long from, BlockingQueue<String> queue, List<BlockingQueue<String>> list) {
        if (from < oldest) {
            return false;
        }
        history.getOrDefault(path, List.of()).stream()
                .filter(happened -> happened.version() > from)
                .forEach(happened -> queue.add(happened.event()));
        list.add(queue);
        return true;
    }

    private static void status(Exchange exchange, int code, String reason) throws IOException {
        send(
                exchange,
                code,
                "{\"kind\":\"Status\",\"code\":" + code + ",\"reason\":\"" + reason + "\",\"message\":\"refused: "
                        + reason + "\"}");
    }

    private static void send(Exchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.head(code, "Content-Length: " + bytes.length);
        exchange.out().write(bytes);
    }

    @Override
    public void close() {
        stop();
        cut(port);
    }
}
