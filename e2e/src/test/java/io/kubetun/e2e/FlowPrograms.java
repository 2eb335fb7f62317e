package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs that open flows as any program does, and what has to become of them.
 *
 * @param world where
 * @param before what stands in front of each program in Python: by which way it goes
 */
record FlowPrograms(World world, String before) {
    /** Connects, and says what came of it and after how many milliseconds. */
    private static final String CONNECT = """
            import socket, sys, time
            for attempt in range(int(sys.argv[3])):
                began = time.monotonic()
                try:
                    socket.create_connection((sys.argv[1], int(sys.argv[2])), 10).close()
                    said = "open"
                except OSError as error:
                    said = type(error).__name__ + " " + str(error.errno)
                print(said, round((time.monotonic() - began) * 1000, 1))
            """;

    /** Sends bytes to the echo port, ends its half, and compares what comes back. */
    private static final String ECHO = """
            import hashlib, os, socket, sys, threading, time
            size = int(sys.argv[2]); piece = os.urandom(1 << 20)
            s = socket.create_connection((sys.argv[1], 7), 10)
            sent, got = hashlib.sha256(), hashlib.sha256()
            def send():
                for _ in range(size >> 20):
                    s.sendall(piece); sent.update(piece)
                s.shutdown(socket.SHUT_WR)
            t = threading.Thread(target=send); began = time.monotonic(); t.start()
            n = 0
            s.settimeout(60)
            while n < size:
                b = s.recv(1 << 18)
                if not b: break
                n += len(b); got.update(b)
            t.join(); took = time.monotonic() - began
            print("equal" if sent.digest() == got.digest() and n == size else "different %d" % n, round(n / took / 1e6), "MB/s each way")
            """;

    /** Opens many flows at once, and sends through each of them when all are open. */
    private static final String MANY = """
            import resource, selectors, socket, sys, time
            count = int(sys.argv[2])
            resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            began = time.monotonic(); all = []; chosen = selectors.DefaultSelector()
            for i in range(count):
                s = socket.socket(); s.setblocking(False); s.connect_ex((sys.argv[1], 7)); all.append(s)
                chosen.register(s, selectors.EVENT_WRITE)
            opened = failed = 0; end = began + 60
            while opened + failed < count and time.monotonic() < end:
                for key, _ in chosen.select(1):
                    chosen.unregister(key.fileobj)
                    if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR): failed += 1
                    else: opened += 1
            took = time.monotonic() - began; right = 0
            for i, s in enumerate(all):
                s.setblocking(True); s.settimeout(20)
                try:
                    s.sendall(b"%08d" % i)
                except OSError: pass
            for i, s in enumerate(all):
                try:
                    right += s.recv(8) == b"%08d" % i
                except OSError: pass
            print("opened", opened, "failed", failed, "in", round(took, 2), "s, answered", right)
            """;

    /** Sends datagrams one by one, and counts the answers that are equal. */
    private static final String DATAGRAMS = """
            import os, socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((sys.argv[1], int(sys.argv[2]))); s.settimeout(5)
            right = 0
            for size in [1, 10, 500, 1400, 8000, 60000] * 5:
                sent = os.urandom(size); s.send(sent)
                try: right += s.recv(65535) == sent
                except OSError as error: print(size, error)
            print("right", right)
            """;

    /** Half-close: what comes after our end of stream comes in full. */
    private static final String HALF_CLOSE = """
            import socket, sys, time
            s = socket.create_connection((sys.argv[1], 21), 10); s.sendall(b"x" * 100000); s.settimeout(1)
            try: early = s.recv(1)
            except TimeoutError: early = b"nothing"
            s.shutdown(socket.SHUT_WR); began = time.monotonic(); s.settimeout(20); got = b""
            while True:
                b = s.recv(65536)
                if not b: break
                got += b
            print("before our end:", early, "after:", len(got), got[:40], "in", round((time.monotonic() - began) * 1000), "ms")
            """;

    /**
     * Waits with a flow open for its end, says what that was and when, and whether another connection has outlived it:
     * a server of TLS that is spoken to in the clear answers so.
     */
    static final String AWAIT_END = """
            import socket, sys, time
            flow = socket.create_connection((sys.argv[1], 7), 10); flow.sendall(b"x"); flow.recv(1)
            other = socket.create_connection((sys.argv[2], int(sys.argv[3])), 10)
            print("open", flow.getsockname()[0], other.getsockname()[0], flush=True)
            flow.settimeout(60)
            try: said = "data" if flow.recv(1) else "end of stream"
            except OSError as error: said = type(error).__name__
            print("ended by", said, "at", round(time.time() * 1000), flush=True)
            other.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"); other.settimeout(10)
            print("other:", other.recv(100).split(b"\\r")[0].decode(), flush=True)
            """;

    FlowPrograms(World world) {
        this(world, "");
    }

    private String python(String what, String program, String... arguments) throws IOException, InterruptedException {
        String said = world.python(before + program, arguments).strip();
        System.out.println(what + ": " + said.replace('\n', ';'));
        return said;
    }

    /** What became of connecting to a port, a line each time: a word, perhaps a number, and milliseconds. */
    String connect(String host, int port) throws IOException, InterruptedException {
        return connect(host, port, 2);
    }

    private String connect(String host, int port, int times) throws IOException, InterruptedException {
        return python(host + ":" + port, CONNECT, host, Integer.toString(port), Integer.toString(times));
    }

    /** A port that nothing listens on is told as that, and soon. */
    void closedPort(String pod) throws IOException, InterruptedException {
        String closed = connect(pod, 4444, 5);
        assertThat(closed).contains("ConnectionRefusedError").doesNotContain("open");
        assertThat(closed.lines()
                        .map(line -> Double.parseDouble(line.replaceAll(".* ", "")))
                        .sorted()
                        .toList())
                .as("milliseconds; the first has to open the way, and others may have the processor")
                .element(2)
                .satisfies(median -> assertThat(median).isLessThan(50));
    }

    /** Random bytes go there and come back while they go. */
    void bytesArriveAsTheyWere(String host, int bytes) throws IOException, InterruptedException {
        String both = python((bytes >> 20) + " MiB there and back", ECHO, host, Integer.toString(bytes));
        assertThat(both).startsWith("equal");
    }

    void manyAtOnce(String host, int count) throws IOException, InterruptedException {
        String many = python(count + " flows at once", MANY, host, Integer.toString(count));
        assertThat(many).contains("opened " + count, "answered " + count);
    }

    void datagrams(String host) throws IOException, InterruptedException {
        assertThat(python("datagrams", DATAGRAMS, host, "7")).endsWith("right 30");
    }

    /** Only a gateway can: a port-forward ends with the first end of stream. */
    void halfClose(String host) throws IOException, InterruptedException {
        String half = python("half-close", HALF_CLOSE, host);
        assertThat(half).contains("before our end: b'nothing'").containsPattern("after: [1-9]");
    }

    /** Three seconds of iperf3 in the direction and the protocol that the flags say. */
    void iperf(String host, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("iperf3", "-c", host, "-t", "3", "-f", "M"));
        command.addAll(List.of(flags));
        List<String> received = world.sure(command.toArray(String[]::new))
                .lines()
                .filter(line -> line.contains("receiver"))
                .toList();
        System.out.println("iperf3 " + List.of(flags) + ": " + received);
        assertThat(received).singleElement().asString().doesNotContain(" 0.00 MBytes/sec");
    }
}
