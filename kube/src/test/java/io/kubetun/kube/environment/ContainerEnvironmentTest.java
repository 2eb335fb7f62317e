package io.kubetun.kube.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.typesafe.config.ConfigFactory;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContainerEnvironmentTest {
    private static final Tree POD = tree("""
            metadata { name = cart-1, namespace = shop, uid = u-1, labels { app = cart, "a/b" = c } }
            spec { nodeName = node1, serviceAccountName = builder }
            status { podIP = "10.1.2.3", podIPs = [{ip = "10.1.2.3"}, {ip = "fd00::3"}], hostIP = "172.16.0.1" }
            """);

    private static final Map<String, Tree> STORED = Map.of(
            "configmaps/settings", tree("data { greeting = hello, \"motd.txt\" = \"line\\n\" }"),
            "secrets/credentials", tree("data { password = \"czNjcmV0\" }"));

    private static Tree tree(String document) {
        return new Tree(ConfigFactory.parseString(document).root().unwrapped());
    }

    private static Map<String, String> read(String container) throws IOException {
        return new ContainerEnvironment((plural, name) -> Optional.ofNullable(STORED.get(plural + "/" + name)))
                .read(POD, tree(container));
    }

    @Test
    void valuesAndReferencesBetweenThem() throws Exception {
        assertThat(read("""
                env = [{name = A, value = "1"}, {name = B, value = "$(A)-$(MISSING)-$$(A)-$$"}, {name = EMPTY},
                  {name = A, value = "2"}, {name = C, value = "$(A)"}, {name = D, value = "cost $5 (A)"}]
                """))
                .containsExactly(
                        entry("A", "2"),
                        entry("B", "1-$(MISSING)-$(A)-$"),
                        entry("EMPTY", ""),
                        entry("C", "2"),
                        entry("D", "cost $5 (A)"));
    }

    @Test
    void configMapsAndSecrets() throws Exception {
        assertThat(read("""
                envFrom = [{prefix = S_, configMapRef {name = settings}}, {secretRef {name = credentials}},
                  {secretRef {name = none, optional = true}}]
                env = [{name = GREETING, valueFrom {configMapKeyRef {name = settings, key = greeting}}},
                  {name = PASSWORD, valueFrom {secretKeyRef {name = credentials, key = password}}},
                  {name = ABSENT, valueFrom {secretKeyRef {name = credentials, key = other, optional = true}}},
                  {name = S_greeting, value = over}]
                """))
                .containsOnly(
                        entry("S_greeting", "over"),
                        entry("S_motd.txt", "line\n"),
                        entry("password", "s3cret"),
                        entry("GREETING", "hello"),
                        entry("PASSWORD", "s3cret"));
    }

    @Test
    void fieldsOfThePod() throws Exception {
        assertThat(read("""
                env = [{name = NAME, valueFrom {fieldRef {fieldPath = metadata.name}}},
                  {name = SPACE, valueFrom {fieldRef {fieldPath = metadata.namespace}}},
                  {name = LABEL, valueFrom {fieldRef {fieldPath = "metadata.labels['a/b']"}}},
                  {name = IP, valueFrom {fieldRef {fieldPath = status.podIP}}},
                  {name = IPS, valueFrom {fieldRef {fieldPath = status.podIPs}}},
                  {name = NODE, valueFrom {fieldRef {fieldPath = spec.nodeName}}}]
                """))
                .containsExactly(
                        entry("NAME", "cart-1"),
                        entry("SPACE", "shop"),
                        entry("LABEL", "c"),
                        entry("IP", "10.1.2.3"),
                        entry("IPS", "10.1.2.3,fd00::3"),
                        entry("NODE", "node1"));
    }

    @Test
    void resourcesInTheUnitThatIsAskedFor() throws Exception {
        assertThat(read("""
                resources { limits { cpu = 1500m, memory = 64Mi }, requests { cpu = 250m } }
                env = [{name = CPUS, valueFrom {resourceFieldRef {resource = limits.cpu}}},
                  {name = MILLIS, valueFrom {resourceFieldRef {resource = requests.cpu, divisor = 1m}}},
                  {name = BYTES, valueFrom {resourceFieldRef {resource = limits.memory, divisor = "0"}}},
                  {name = MIB, valueFrom {resourceFieldRef {resource = limits.memory, divisor = 1Mi}}},
                  {name = OF_NODE, valueFrom {resourceFieldRef {resource = requests.memory}}}]
                """))
                .containsExactly(
                        entry("CPUS", "2"), entry("MILLIS", "250"), entry("BYTES", "67108864"), entry("MIB", "64"));
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> read("envFrom = [{configMapRef {name = none}}]"))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no none among the configmaps");
        assertThatThrownBy(() -> read("env = [{name = A, valueFrom {secretKeyRef {name = credentials, key = other}}}]"))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no key other in credentials among the secrets");
    }
}
