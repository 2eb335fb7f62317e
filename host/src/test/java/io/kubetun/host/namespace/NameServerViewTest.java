package io.kubetun.host.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NameServerViewTest {
    private final NameServerView view = new NameServerView(
            new SystemNames(
                    "a1b2",
                    "shell",
                    InetAddress.ofLiteral("127.53.0.53"),
                    "cluster.local",
                    List.of("lab.svc.cluster.local", "svc.cluster.local", "cluster.local")),
            Path.of("/nowhere"));

    @Test
    void theMachinesDomainsComeAfterTheClusters() {
        assertThat(view.text("nameserver 10.0.0.1\ndomain old.test\nsearch office.test\tsvc.cluster.local home.test\n"))
                .isEqualTo("""
                        # Made by kubetun for this shell alone.
                        nameserver 127.53.0.53
                        search lab.svc.cluster.local svc.cluster.local cluster.local office.test home.test
                        options ndots:5
                        """);
    }

    @Test
    void aLongListIsCutAsOldLibrariesCutIt() {
        assertThat(view.text("search a.test b.test c.test d.test\noptions rotate"))
                .contains("search lab.svc.cluster.local svc.cluster.local cluster.local a.test b.test c.test\n")
                .doesNotContain("rotate", "d.test");
    }

    @Test
    void withoutAFileItIsTheClustersAlone() {
        assertThat(view.text("")).contains("search lab.svc.cluster.local svc.cluster.local cluster.local\n");
    }
}
