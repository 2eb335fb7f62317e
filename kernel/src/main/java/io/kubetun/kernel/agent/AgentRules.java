package io.kubetun.kernel.agent;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * The program of the init container: sets the rules and ends. Why it could not is told in the container's status too.
 */
public final class AgentRules {
    private static final Path PROC_NET = Path.of("/proc/self/net");
    private static final Path TERMINATION_LOG = Path.of("/dev/termination-log");

    private AgentRules() {}

    /**
     * Sets the rules of this network namespace. Blocks.
     *
     * @param environment the container's, see {@link AgentSettings}
     * @throws KubetunException if it cannot be done
     * @throws InterruptedException if interrupted meanwhile
     */
    public static void run(Map<String, String> environment) throws KubetunException, InterruptedException {
        try {
            AgentSettings settings = AgentSettings.of(environment);
            InterceptRules rules = new InterceptRules(settings, gateways());
            say("kubetun agent-rules: set with " + new RuleInstaller(rules, Tool.find("nft")).install());
        } catch (KubetunException e) {
            note(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private static List<InetAddress> gateways() throws KubetunException {
        try {
            return NodeAddresses.defaultGateways(PROC_NET);
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "the rules of the intercept cannot be set",
                    "the pod's routes cannot be read: " + e.getMessage(),
                    "Look at the pod: kubectl describe pod",
                    e);
        }
    }

    /** Where the container's status has it from. */
    private static void note(String why) {
        if (Files.isWritable(TERMINATION_LOG)) {
            try {
                Files.writeString(TERMINATION_LOG, why + "\n", StandardCharsets.UTF_8, StandardOpenOption.WRITE);
            } catch (IOException e) {
                say("kubetun agent-rules: and that cannot be written to " + TERMINATION_LOG + ": " + e.getMessage());
            }
        }
    }

    // The program's own output, not a log.
    private static void say(String line) {
        System.err.println(line);
    }
}
