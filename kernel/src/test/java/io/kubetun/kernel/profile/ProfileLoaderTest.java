package io.kubetun.kernel.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileLoaderTest {
    @TempDir
    Path folder;

    private Profiles profiles;

    @BeforeEach
    void makeProfiles() {
        profiles = new Profiles(folder);
    }

    @Test
    void readsSeveralModesInTheOrderOfTheFile() throws Exception {
        Path file = profiles.write("dev.conf", """
                kubetun {
                  cluster { context = staging }
                  modes { socks { limit = "12" }, hosts-fwd { namespaces = "a, b", all-namespaces = yes } }
                }
                """);
        Profile profile = profiles.loader().load("dev", Overrides.none());
        assertThat(profile.name()).isEqualTo("dev");
        assertThat(profile.source()).contains(file);
        assertThat(profile.cluster().getString("context")).isEqualTo("staging");
        assertThat(profile.cluster().getDuration("request-timeout")).isEqualTo(Duration.ofSeconds(10));
        assertThat(profile.cluster().hasPath("namespace")).isFalse();
        assertThat(profile.modes().keySet()).containsExactly("socks", "hosts-fwd");
        assertThat(profile.modes().get("socks").getString("listen")).isEqualTo("127.0.0.1:1080");
        assertThat(profile.modes().get("socks").getInt("limit")).isEqualTo(12);
        assertThat(profile.modes().get("hosts-fwd").getStringList("namespaces")).containsExactly("a", "b");
        assertThat(profile.modes().get("hosts-fwd").getBoolean("all-namespaces"))
                .isTrue();
        profiles.write("turned.conf", "kubetun.modes { hosts-fwd {}\n socks {} }");
        assertThat(profiles.loader().load("turned", Overrides.none()).modes().keySet())
                .containsExactly("hosts-fwd", "socks");
    }

    @Test
    void takesEachValueFromTheFirstThatSaysIt() throws Exception {
        profiles.write(
                "dev.conf", "kubetun { cluster { namespace = file }, modes { socks { listen = \"[::1]:1\" } } }");
        assertThat(namespace(Overrides.none())).isEqualTo("file");
        profiles.environment.put("KUBETUN_CLUSTER_NAMESPACE", "env");
        assertThat(namespace(Overrides.none())).isEqualTo("env");
        profiles.properties.setProperty("kubetun.cluster.namespace", "property");
        assertThat(namespace(Overrides.none())).isEqualTo("property");
        assertThat(namespace(new Overrides(Map.of("cluster.namespace", "flag"))))
                .isEqualTo("flag");
    }

    private String namespace(Overrides flags) throws KubetunException {
        return profiles.loader().load("dev", flags).cluster().getString("namespace");
    }

    @Test
    void turnsModesOnByFlagAndFileOnly() throws Exception {
        profiles.environment.put("KUBETUN_MODES_HOSTS_FWD_ALL_NAMESPACES", "true");
        profiles.environment.put("KUBETUN_MODES_SOCKS_LIMIT", "3");
        Profile socks = profiles.loader().adHoc("proxy-out", new Overrides(Map.of("modes.socks", Map.of())));
        assertThat(socks.modes().keySet()).containsExactly("socks");
        assertThat(socks.modes().get("socks").getInt("limit")).isEqualTo(3);
        assertThat(socks.source()).isEmpty();
        profiles.write("dev.conf", "kubetun.modes { socks {} }");
        Profile both =
                profiles.loader().load("dev", new Overrides(Map.of("modes.hosts-fwd.namespaces", List.of("x", "y"))));
        assertThat(both.modes().keySet()).containsExactly("socks", "hosts-fwd");
        assertThat(both.modes().get("hosts-fwd").getBoolean("all-namespaces")).isTrue();
        assertThat(both.modes().get("hosts-fwd").getStringList("namespaces")).containsExactly("x", "y");
        assertThatThrownBy(() -> profiles.loader().adHoc("connect", Overrides.none()))
                .hasMessageContaining("turns no mode on");
    }

    @Test
    void includesFilesAndSubstitutesValuesAndVariables() throws Exception {
        profiles.environment.put("TEAM", "shop");
        profiles.environment.put("KUBETUN_CLUSTER_CONTEXT", "other");
        profiles.write("base/common.conf", "vars { ns = ${TEAM}-dev }\nkubetun.modes.socks { limit = 1 }");
        profiles.write("dev.conf", """
                include "base/common.conf"
                include "absent.conf"
                kubetun.cluster.namespace = ${vars.ns}
                kubetun.cluster.server = ${?UNSET}
                kubetun.modes.hosts-fwd.namespaces = [${kubetun.cluster.context}]
                kubetun.modes.socks = null
                """);
        Profile profile = profiles.loader().load("dev", Overrides.none());
        assertThat(profile.cluster().getString("namespace")).isEqualTo("shop-dev");
        assertThat(profile.cluster().hasPath("server")).isFalse();
        assertThat(profile.modes().keySet()).containsExactly("hosts-fwd");
        assertThat(profile.modes().get("hosts-fwd").getStringList("namespaces"))
                .as("a substitution sees what goes before the file")
                .containsExactly("other");
    }

    @Test
    void looksInTheFoldersInTheirOrder() throws Exception {
        profiles.write("second/dev.conf", "kubetun.modes.socks {}");
        profiles.write("second/other.conf", "kubetun.modes.hosts-fwd {}");
        profiles.write("first/dev.conf", "kubetun.modes.hosts-fwd {}");
        profiles.write("first/broken.conf", "kubetun.modes.sock {}");
        profiles.write("first/nginx.conf", "http { server { listen 80; } }");
        ProfileLoader loader = profiles.loader("missing", "first", "second");
        assertThat(loader.load("dev", Overrides.none()).modes()).containsOnlyKeys("hosts-fwd");
        assertThat(loader.list()).extracting(ProfileSummary::name).containsExactly("broken", "dev", "other");
        assertThat(loader.list().getFirst().error()).get().asString().contains("Did you mean socks?");
        assertThat(loader.list().get(1))
                .isEqualTo(new ProfileSummary(
                        "dev", folder.resolve("first/dev.conf"), List.of("hosts-fwd"), java.util.Optional.empty()));
        assertThat(loader.load(folder.resolve("second/dev.conf").toString(), Overrides.none())
                        .modes())
                .containsOnlyKeys("socks");
        assertThatThrownBy(() -> loader.load("othr", Overrides.none()))
                .isInstanceOfSatisfying(
                        KubetunException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_NOT_FOUND))
                .hasMessageContaining("there is other");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kubetun.modes.socks.listn = 1        | CONFIG_INVALID | dev.conf:2 has the unknown key kubetun.modes.socks.listn | Did you mean listen?
            kubetun.cluster.namspace = x         | CONFIG_INVALID | dev.conf:2 has the unknown key kubetun.cluster.namspace | Did you mean namespace?
            kubetun.clustr {}                    | CONFIG_INVALID | dev.conf:2 has the unknown key kubetun.clustr | Did you mean cluster?
            kubetn {}                            | CONFIG_INVALID | dev.conf:2 has the unknown key kubetn | Did you mean kubetun?
            kubetun.modes.hostsfwd {}            | PLUGIN_UNKNOWN | dev.conf:2 names the mode hostsfwd | Did you mean hosts-fwd?
            kubetun.modes.socks.limit = many     | CONFIG_INVALID | dev.conf:2 gives kubetun.modes.socks.limit the value "many" | Expected is a whole number
            kubetun.modes.socks.limit = 1.5      | CONFIG_INVALID | dev.conf:2 gives | Expected is a whole number
            kubetun.modes.socks.listen = 1080    | CONFIG_INVALID | dev.conf:2 gives | Expected is an address
            kubetun.modes.socks.listen = "x:70000" | CONFIG_INVALID | dev.conf:2 gives | Expected is an address
            kubetun.cluster.request-timeout = 10 | CONFIG_INVALID | dev.conf:2 gives | with its unit
            kubetun.modes.hosts-fwd.namespaces { a = b } | CONFIG_INVALID | dev.conf:2 gives kubetun.modes.hosts-fwd.namespaces a block | Expected is a list
            kubetun.modes.hosts-fwd.all-namespaces = maybe | CONFIG_INVALID | dev.conf:2 | Expected is true or false
            kubetun.modes.socks = on             | CONFIG_INVALID | dev.conf:2 gives kubetun.modes.socks the value | a block socks
            kubetun = 1                          | CONFIG_INVALID | dev.conf:2 gives kubetun the value 1 | a block
            kubetun.cluster.context = ${nowhere} | CONFIG_INVALID | dev.conf:2 | ${nowhere}
            kubetun.cluster.context = a:b        | CONFIG_INVALID | dev.conf:2 | wants quotes
            include url("http://127.0.0.1:1/x")  | CONFIG_INVALID | only files may be included | 127.0.0.1
            include "http://127.0.0.1:1/x"       | CONFIG_INVALID | only files may be included | 127.0.0.1
            include classpath("reference.conf")  | CONFIG_INVALID | only files may be included | reference.conf
            include required("absent.conf")      | CONFIG_INVALID | cannot include "absent.conf" | absent.conf
            include file("/dev/zero")            | CONFIG_INVALID | cannot include "/dev/zero" | no regular file
            include "dev.conf"                   | CONFIG_INVALID | at most 16 files | dev.conf
            """)
    void refusesWhatItDoesNotKnowWithFileLineAndWhatIsMeant(String line, ErrorCode code, String first, String second)
            throws IOException {
        profiles.write("dev.conf", "kubetun.modes.socks {}\n" + line + "\n");
        assertThatThrownBy(() -> profiles.loader().load("dev", Overrides.none()))
                .isInstanceOfSatisfying(
                        KubetunException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(first)
                .hasMessageContaining(second);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "KUBETUN_MODES_SOCKS_LISTN",
                "KUBETUN_CLUSTER_NAMESPACES",
                "KUBETUN_MODE_SOCKS_LISTEN",
                "KUBETUN_MODES_TELEPORT_X"
            })
    void refusesVariablesThatLookLikeKeys(String name) {
        profiles.environment.put(name, "x");
        assertThatThrownBy(() -> profiles.loader().adHoc("proxy-out", new Overrides(Map.of("modes.socks", Map.of()))))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("KUBETUN_");
    }

    @Test
    void leavesOtherVariablesAndPropertiesAlone() throws Exception {
        for (String name : List.of(
                "KUBETUN_HOME", "KUBETUN_JAVA_HOME", "KUBETUN_HELPER", "KUBETUN_SERVICE_HOST", "KUBETUN_PORT_80_TCP")) {
            profiles.environment.put(name, "x");
        }
        profiles.properties.setProperty("kubetun.home", "x");
        assertThat(profiles.loader()
                        .adHoc("proxy-out", new Overrides(Map.of("modes.socks", Map.of())))
                        .modes())
                .containsOnlyKeys("socks");
        profiles.properties.setProperty("kubetun.modes.socks.listn", "x");
        assertThatThrownBy(() -> profiles.loader().adHoc("proxy-out", Overrides.none()))
                .hasMessageContaining("-Dkubetun.modes.socks.listn")
                .hasMessageContaining("Did you mean modes.socks.listen?");
    }

    @Test
    void refusesWhatGrowsBeyondItsBounds() throws Exception {
        StringBuilder bomb = new StringBuilder("kubetun.modes.socks {}\nvars.a0 = xxxxxxxxxx\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("vars.a%d = ${vars.a%d}${vars.a%d}%n".formatted(i, i - 1, i - 1));
        }
        profiles.write("bomb.conf", bomb.toString());
        profiles.write("deep.conf", "kubetun = " + "[".repeat(30_000));
        profiles.write("long.conf", "#".repeat(ReadingBudget.MAX_TEXT + 1));
        assertThatThrownBy(() -> profiles.loader().load("bomb", Overrides.none()))
                .hasMessageContaining("at most 16 references");
        assertThatThrownBy(() -> profiles.loader().load("deep", Overrides.none()))
                .isInstanceOf(KubetunException.class);
        assertThatThrownBy(() -> profiles.loader().load("long", Overrides.none()))
                .hasMessageContaining("at most 32768 characters");
    }

    @Test
    void neverShowsASecret() throws Exception {
        profiles.write("dev.conf", "kubetun { cluster { token { a = hunter2 } }, modes { socks {} } }");
        assertThatThrownBy(() -> profiles.loader().load("dev", Overrides.none()))
                .hasMessageContaining("kubetun.cluster.token")
                .hasMessageNotContaining("hunter2");
        assertThat(Files.exists(folder.resolve("dev.conf"))).isTrue();
    }
}
