package io.kubetun.distribution.demo;

import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** The embedded cluster of the tour: Service demo/hello with two pods. */
public final class DemoCluster implements AutoCloseable {
    private final EmbeddedCluster cluster = EmbeddedCluster.start();

    /**
     * Starts it.
     *
     * @throws IOException if loopback cannot be listened on
     */
    public DemoCluster() throws IOException {
        cluster.namespace("demo")
                .service("hello")
                .port("http", 80, 8080)
                .create()
                .pods(2, pod -> {
                    String name = pod.name();
                    pod.http(
                            8080,
                            request -> PodResponse.text(
                                    "Hello from pod " + name + ", you asked for " + request.uri() + "\n"));
                });
    }

    /**
     * Returns where it is.
     *
     * @return the API server
     */
    public URI url() {
        return cluster.url();
    }

    /**
     * Writes a kubeconfig that leads to it, with a client certificate as those of clusters on one's own machine have it.
     *
     * @param file where to
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path kubeconfig(Path file) throws IOException {
        return cluster.admin().kubeconfig(file, Credentials.CLIENT_CERTIFICATE, "default");
    }

    @Override
    public void close() {
        cluster.close();
    }
}
