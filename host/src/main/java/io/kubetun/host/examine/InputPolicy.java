package io.kubetun.host.examine;

import io.kubetun.host.program.Program;
import io.kubetun.spi.Finding;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether the packet filter drops what comes in from a device that it does not know. Only root may look.
 *
 * @param root whether this process is root's
 */
record InputPolicy(boolean root) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    Finding examine() {
        String check = "input policy";
        if (!root) {
            return Finding.ok(check, "only root may see it: sudo nft list chains");
        }
        Optional<String> nft = output("nft", "list", "chains");
        Optional<String> iptables = output("iptables", "-S", "INPUT");
        if (nft.isEmpty() && iptables.isEmpty()) {
            return Finding.ok(check, "there is neither nft nor iptables here");
        }
        return drops(nft.orElse(""), iptables.orElse(""))
                ? Finding.warn(
                        check,
                        "drops what no rule allows: flows of a TUN device would not come in",
                        "sudo iptables -I INPUT -i kubetun+ -j ACCEPT")
                : Finding.ok(check, "accepts");
    }

    static boolean drops(String nft, String iptables) {
        return nft.lines().anyMatch(line -> line.contains("hook input") && line.contains("policy drop"))
                || iptables.lines().anyMatch(line -> line.strip().equals("-P INPUT DROP"));
    }

    private static Optional<String> output(String... command) {
        try {
            Program.Ended ended = new Program(List.of(command), PATIENCE).runForStdout();
            return ended.status() == 0 ? Optional.of(ended.printed()) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
