package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What else than plain requests goes into the cluster.
 *
 * @param world where
 * @param curl the way
 */
record Protocols(World world, Curl curl) {
    /** TLS that ends in the pod. */
    void tls() throws IOException, InterruptedException {
        assertThat(curl.get("-k", "https://echo.lab/")).contains("\"app\":\"echo\"");
    }

    static void httpConnect(World world, String connect) throws IOException, InterruptedException {
        assertThat(world.sure("curl", "-sS", "-p", "--proxy", "http://" + connect, "http://echo.lab/"))
                .contains("\"app\":\"echo\"");
    }

    static void tlsInHttpConnect(World world, String connect) throws IOException, InterruptedException {
        assertThat(world.sure("curl", "-sSk", "--proxy", "http://" + connect, "https://echo.lab/"))
                .contains("\"app\":\"echo\"");
    }

    /** The health service, by bare HTTP/2. */
    void grpc() throws IOException, InterruptedException {
        Path request = world.home().resolve("grpc-request");
        Files.write(request, new byte[5]);
        assertThat(curl.get(
                        "--http2-prior-knowledge",
                        "-D",
                        "-",
                        "-o",
                        "/dev/null",
                        "-H",
                        "content-type: application/grpc",
                        "-H",
                        "te: trailers",
                        "--data-binary",
                        "@" + request,
                        "http://echo.lab:50051/grpc.health.v1.Health/Check"))
                .contains("HTTP/2 200")
                .contains("grpc-status: 0");
    }

    void webSocket() throws IOException, InterruptedException {
        Result answer = curl.attempt(
                "-i",
                "-N",
                "--max-time",
                "2",
                "-H",
                "Connection: Upgrade",
                "-H",
                "Upgrade: websocket",
                "-H",
                "Sec-WebSocket-Version: 13",
                "-H",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "http://echo.lab/socket");
        assertThat(answer.output()).contains("101 Switching Protocols").contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    /** Five events, one a second: each arrives when it is sent. */
    void eventsOneByOne() throws IOException, InterruptedException {
        String script = """
                import subprocess, sys, time
                start = time.monotonic()
                p = subprocess.Popen(['curl', '-sN', *sys.argv[1:], 'http://echo.lab/stream'], stdout=subprocess.PIPE)
                for line in p.stdout:
                    if line.strip():
                        print(line.decode().strip(), round(time.monotonic() - start, 2))
                """;
        List<String> command = new ArrayList<>(List.of("python3", "-c", script));
        command.addAll(curl.way());
        List<String> lines = world.sure(command.toArray(String[]::new)).lines().toList();
        assertThat(lines).hasSize(5);
        double first = Double.parseDouble(lines.getFirst().split(" ", -1)[2]);
        double last = Double.parseDouble(lines.getLast().split(" ", -1)[2]);
        assertThat(first).isLessThan(1.0);
        assertThat(last - first).isBetween(3.5, 5.0);
    }
}
