package io.kubetun.kernel.agent;

import io.kubetun.kernel.agent.InterceptRules.Family;
import io.kubetun.kernel.agent.Tool.Answer;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Puts the rules into this network namespace: with nft, or with iptables where the operating system's kernel has no nft.
 * Doing it again replaces ours; nothing else is touched.
 */
final class RuleInstaller {
    /** Chains by which meshes lead inbound traffic to their proxies. */
    private static final List<String> MESHES = List.of("ISTIO_INBOUND", "ISTIO_IN_REDIRECT", "PROXY_INIT_REDIRECT");

    private static final Path LEGACY_TABLES = Path.of("/proc/net/ip_tables_names");

    private final InterceptRules rules;
    private final Optional<Tool> nft;

    RuleInstaller(InterceptRules rules, Optional<Tool> nft) {
        this.rules = rules;
        this.nft = nft;
    }

    /**
     * Does it. Blocks.
     *
     * @return how, in a word
     */
    String install() throws KubetunException, InterruptedException {
        try {
            checkMeshes();
            String why = "this image has no nft";
            if (nft.isPresent()) {
                Answer answer = nft.get().run(rules.nft(), "-f", "-");
                if (answer.isGood()) {
                    return "nft";
                }
                why = firstLine(answer);
            }
            return iptables(why);
        } catch (IOException e) {
            throw failed(String.valueOf(e.getMessage()), e);
        }
    }

    private void checkMeshes() throws IOException, InterruptedException, KubetunException {
        StringBuilder chains = new StringBuilder();
        if (nft.isPresent()) {
            chains.append(nft.get().run("", "list", "chains").text());
        }
        // To ask iptables makes its tables: only where they are.
        Optional<Tool> legacy = Tool.find("xtables-legacy-multi", "iptables-save");
        if (legacy.isPresent()
                && Files.isReadable(LEGACY_TABLES)
                && Files.readString(LEGACY_TABLES).contains("nat")) {
            chains.append(legacy.get().run("", "-t", "nat").text());
        }
        for (String mesh : MESHES) {
            if (chains.indexOf(mesh) >= 0) {
                throw new KubetunException(
                        ErrorCode.TARGET_UNSUPPORTED,
                        "inbound traffic of this pod cannot be taken",
                        "a service mesh leads it to its own proxy (chain " + mesh
                                + "): before that proxy it is encrypted, behind it no rule sees it",
                        "Have its pods go without the mesh for the time: sidecar.istio.io/inject=false or"
                                + " linkerd.io/inject=disabled in the pod template");
            }
        }
    }

    private String iptables(String whyNotNft) throws IOException, InterruptedException, KubetunException {
        for (Family family : Family.values()) {
            if (family.of(rules.settings().podIps()).isEmpty()) {
                continue;
            }
            String name = family == Family.IPV4 ? "iptables" : "ip6tables";
            Optional<Tool> restore = Tool.find("xtables-legacy-multi", name + "-restore");
            Optional<Tool> each = Tool.find("xtables-legacy-multi", name);
            if (restore.isEmpty() || each.isEmpty()) {
                throw failed("nft said: " + whyNotNft + "; and this image has no iptables", null);
            }
            Answer filled = restore.get().run(rules.iptables(family), "--noflush", "--wait");
            if (!filled.isGood()) {
                throw failed("nft said: " + whyNotNft + "; " + name + " said: " + firstLine(filled), null);
            }
            enter(each.get(), "nat", "PREROUTING", InterceptRules.REDIRECT);
            enter(each.get(), "filter", "OUTPUT", InterceptRules.BEATS);
            enter(each.get(), "filter", "INPUT", InterceptRules.DIRECT);
        }
        return "iptables";
    }

    private static void enter(Tool iptables, String table, String from, String to)
            throws IOException, InterruptedException, KubetunException {
        if (iptables.run("", "-w", "-t", table, "-C", from, "-j", to).isGood()) {
            return;
        }
        Answer entered = iptables.run("", "-w", "-t", table, "-I", from, "1", "-j", to);
        if (!entered.isGood()) {
            throw failed("iptables said: " + firstLine(entered), null);
        }
    }

    private static String firstLine(Answer answer) {
        return answer.text().lines().findFirst().orElse("nothing, with code " + answer.code());
    }

    private static KubetunException failed(String why, Throwable cause) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "the rules of the intercept cannot be set",
                why,
                "Let this init container run as uid 0 with NET_ADMIN, on a node with nft or iptables; see docs/modes/intercept.md",
                cause);
    }
}
