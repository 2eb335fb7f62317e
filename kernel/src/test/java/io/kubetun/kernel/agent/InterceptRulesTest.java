package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.agent.InterceptRules.Family;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules as text, and that both programs take them. */
class InterceptRulesTest {
    private static InterceptRules rules(String tcp) throws Exception {
        AgentSettings settings = AgentSettings.of(
                AgentSettingsTest.environment("TCP", tcp, "UDP", "7", "PROBES", "tcp:3306", "NODE_IPS", "192.0.2.1"));
        return new InterceptRules(settings, List.of(InetAddress.ofLiteral("10.42.0.1")));
    }

    @Test
    void asGolden() throws Exception {
        golden("rules.nft", rules("8080,8443").nft());
        golden("rules-all.nft", rules("all").nft());
        golden("rules.iptables", rules("8080,8443").iptables(Family.IPV4));
        golden("rules-all.ip6tables", rules("all").iptables(Family.IPV6));
    }

    private static void golden(String name, String now) throws Exception {
        Path file = Path.of("src/test/resources/io/kubetun/kernel/agent", name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, now);
        }
        assertThat(now).isEqualTo(Files.readString(file));
    }

    @Test
    void iptablesTakesThemWhereThereIsNoNft() throws Exception {
        assumeTrue(
                NetworkNamespace.isPossible()
                        && Tool.find("xtables-legacy-multi").isPresent(),
                "rules need root, and this machine has no legacy iptables or no namespaces");
        try (NetworkNamespace pod =
                new NetworkNamespace("agent-ipt-" + ProcessHandle.current().pid())) {
            for (int i = 0; i < 2; i++) {
                String how = pod.in(() -> new RuleInstaller(rules("8080"), Optional.empty()).install());
                assertThat(how).isEqualTo("iptables");
            }
            String nat = pod.exec("xtables-legacy-multi", "iptables-save", "-t", "nat");
            assertThat(nat.lines().filter(each -> each.equals("-A PREROUTING -j KUBETUN_INTERCEPT")))
                    .hasSize(1);
            assertThat(nat)
                    .contains("-A KUBETUN_INTERCEPT -p tcp -m tcp --dport 8080 -m recent --rcheck --seconds 1"
                            + " --name alive4 --mask 255.255.255.255 --rdest -j REDIRECT --to-ports 9702");
            String filter = pod.exec("xtables-legacy-multi", "ip6tables-save", "-t", "filter");
            assertThat(filter).contains("-A OUTPUT -j KUBETUN_BEATS", "-A INPUT -j KUBETUN_DIRECT");
        }
    }
}
