package io.kubetun.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.Session;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.spi.Mode.Listening;
import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The table of docs/metrics.md, held against a kernel with a session that has dialled; and what HTTP serves of it. */
@Timeout(60)
class MetricsTableTest {
    private static final Path TABLE = Path.of("../docs/metrics.md");

    /** Made by Micrometer beside a histogram, or only once there is something to tell. */
    private static final Pattern SOMETIMES = Pattern.compile("jvm\\.gc\\.(pause|concurrent\\.phase\\.time)");

    @TempDir
    private Path folder;

    @Test
    void tableAndRegistryNameTheSameMeters() throws Exception {
        withADial(kernel -> {
            Map<String, String> made = new TreeMap<>();
            for (Meter meter : kernel.metrics().registry().getMeters()) {
                if (!SOMETIMES.matcher(meter.getId().getName()).matches()) {
                    made.put(meter.getId().getName(), tags(meter));
                }
            }
            assertThat(table()).isEqualTo(made);
        });
    }

    @Test
    void httpServesThemUnderTheirPrometheusNames() throws Exception {
        withADial(kernel -> {
            InetSocketAddress address = kernel.http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(kernel.http(address)).isEqualTo(address);
            String uri = "http://127.0.0.1:" + address.getPort() + "/metrics";
            HttpURLConnection text = open(uri);
            assertThat(text.getResponseCode()).isEqualTo(200);
            assertThat(text.getContentType()).startsWith("text/plain; version=0.0.4");
            String body = new String(text.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            for (String name : table().keySet()) {
                assertThat(body).contains("# TYPE " + name.replace('.', '_'));
            }
            HttpURLConnection openMetrics = open(uri);
            openMetrics.setRequestProperty("Accept", "application/openmetrics-text");
            assertThat(new String(openMetrics.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("# EOF\n");
            HttpURLConnection post = open(uri);
            post.setRequestMethod("POST");
            assertThat(post.getResponseCode()).isEqualTo(405);
        });
    }

    private static HttpURLConnection open(String uri) throws IOException {
        return (HttpURLConnection) URI.create(uri).toURL().openConnection();
    }

    private interface Look {
        void at(Kernel kernel) throws Exception;
    }

    private void withADial(Look look) throws Exception {
        LoopbackProviders installation = new LoopbackProviders();
        installation.modes.put("one", new ForwardFactory("one", step -> {}));
        KernelSettings settings = new KernelSettings(folder.resolve("state"), folder.resolve("run"), 2, 100);
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Kernel kernel = new Kernel(settings, installation.services(), Optional.empty())) {
            Session session = kernel.start(SessionRequest.here(profile(server), Optional.empty()), step -> {});
            Listening listening =
                    session.status().modes().getFirst().listening().getFirst();
            try (Socket client = connect(listening.address());
                    Socket accepted = server.accept()) {
                client.getOutputStream().write(1);
                assertThat(accepted.getInputStream().read()).isEqualTo(1);
                look.at(kernel);
            }
        }
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        return new Socket(address.getAddress(), address.getPort());
    }

    private Profile profile(ServerSocket server) {
        Config mode = ConfigFactory.parseString(
                "{file = \"" + folder.resolve("one") + "\", target = " + server.getLocalPort() + "}");
        return new Profile("test", Optional.empty(), ConfigFactory.empty(), Map.of("one", mode), ConfigFactory.empty());
    }

    private static String tags(Meter meter) {
        TreeSet<String> keys = new TreeSet<>();
        meter.getId().getTags().forEach(tag -> keys.add(tag.getKey()));
        return String.join(" ", keys);
    }

    private static Map<String, String> table() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(TABLE)) {
            Matcher row = Pattern.compile("\\| `([a-z0-9.]+)` \\|[^|]*\\|[^|]*\\|([^|]*)\\|.*")
                    .matcher(line);
            if (row.matches()) {
                rows.put(
                        row.group(1),
                        row.group(2).replaceAll("[`,]", "").strip().replaceAll(" +", " "));
            }
        }
        return rows;
    }
}
