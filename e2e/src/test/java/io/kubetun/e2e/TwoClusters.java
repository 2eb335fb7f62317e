package io.kubetun.e2e;

import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedUser;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Two embedded clusters, with the contexts testkit and second; the Service web.lab of each answers first or second.
 *
 * @param kubeconfig that has both
 * @param hosts a hosts file of their own, which has only localhost
 */
record TwoClusters(String kubeconfig, Path hosts) {
    static final List<String> CONTEXTS = List.of("testkit", "second");
    static final String HOSTS = "127.0.0.1 localhost\n";

    static TwoClusters embedded(EmbeddedWorld world, EmbeddedCluster second, int port)
            throws IOException, InterruptedException {
        serve(world.cluster(), port, "first");
        serve(second, port, "second");
        Path config = world.home().resolve(".kube/second");
        EmbeddedUser user = second.user("dev2");
        user.allow("get,list,watch", "services,pods,endpointslices", "lab");
        user.allow("get,create", "pods/portforward", "lab");
        user.kubeconfig(config, Credentials.TOKEN, "lab");
        Files.writeString(config, Files.readString(config).replaceAll("(?m): testkit$", ": second"));
        Path hosts = Files.writeString(world.home().resolve("hosts"), HOSTS);
        world.give(world.home());
        return new TwoClusters(world.home().resolve(".kube/config") + ":" + config, hosts);
    }

    private static void serve(EmbeddedCluster cluster, int port, String answer) {
        cluster.namespace("lab")
                .service("web")
                .port("http", port, 8080)
                .create()
                .pods(1, pod -> pod.http(8080, request -> PodResponse.text(answer)));
    }

    /** The address that a hosts file has for a name. */
    static String addressOf(String hosts, String name) {
        return hosts.lines()
                .map(line -> line.replaceAll("#.*", "").strip().split("\\s+", -1))
                .filter(words -> List.of(words).subList(1, words.length).contains(name))
                .map(words -> words[0])
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + hosts));
    }
}
