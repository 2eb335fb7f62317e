package io.kubetun.kernel.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigViewTest {
    @TempDir
    Path folder;

    @Test
    void saysWhereEachValueWasSaid() throws Exception {
        Profiles profiles = new Profiles(folder);
        Path file = profiles.write("dev.conf", """
                kubetun {
                  cluster { context = file, token = hunter2, server = "https://me:hunter2@127.0.0.1" }
                  modes { socks { limit = 7 }, hosts-fwd {} }
                }
                """);
        profiles.environment.put("KUBETUN_MODES_HOSTS_FWD_ALL_NAMESPACES", "true");
        profiles.properties.setProperty("kubetun.modes.hosts-fwd.namespaces", "a,b");
        Profile profile = profiles.loader()
                .load("dev", new Overrides(Map.of("cluster.namespace", "shop", "modes.socks.listen", "127.0.0.1:1")));
        String view = ConfigView.render(profile);
        assertThat(view.lines().map(line -> line.replaceAll(" +#", " #")))
                .containsExactly(
                        "kubetun.cluster.context = \"file\" # " + file + ":2",
                        "kubetun.cluster.namespace = \"shop\" # flag --namespace",
                        "kubetun.cluster.request-timeout = \"10s\" # default",
                        "kubetun.cluster.server = \"https://***@127.0.0.1\" # " + file + ":2",
                        "kubetun.cluster.token = \"***\" # " + file + ":2",
                        "kubetun.modes.socks.limit = 7 # " + file + ":3",
                        "kubetun.modes.socks.listen = \"127.0.0.1:1\" # flag --listen-socks",
                        "kubetun.modes.hosts-fwd.all-namespaces = true # KUBETUN_MODES_HOSTS_FWD_ALL_NAMESPACES",
                        "kubetun.modes.hosts-fwd.namespaces = [\"a\",\"b\"] # -Dkubetun.modes.hosts-fwd.namespaces");
        profiles.write("again.conf", view);
        profiles.environment.clear();
        assertThat(profiles.loader().load("again", Overrides.none()).modes()).isEqualTo(profile.modes());

        String json = ConfigView.renderJson(profile);
        Config read = ConfigFactory.parseString(json);
        assertThat(read.getString("profile")).isEqualTo("dev");
        assertThat(read.getConfigList("values").get(1).getString("from")).isEqualTo("flag --namespace");
        assertThat(view + json).doesNotContain("hunter2");
        assertThat(profile.origin().getString("kubetun.modes.socks.listen")).isEqualTo("127.0.0.1:1");
    }
}
