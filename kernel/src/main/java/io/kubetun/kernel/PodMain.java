package io.kubetun.kernel;

import io.kubetun.kernel.agent.AgentMain;
import io.kubetun.kernel.agent.AgentRules;
import io.kubetun.kernel.gateway.GatewayMain;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Map;

/** The program of the image that runs in pods. Its first argument says as what. */
public final class PodMain {
    private PodMain() {}

    /**
     * Runs a gateway without arguments, an agent with {@code agent}, and with {@code agent-rules} sets the agent's rules
     * and ends.
     *
     * @param arguments none or one
     * @throws KubetunException if it cannot start
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws KubetunException, InterruptedException {
        Map<String, String> environment = System.getenv();
        Thread.currentThread()
                .setUncaughtExceptionHandler((thread, e) -> System.err.println("kubetun: " + e.getMessage()));
        switch (String.join(" ", arguments)) {
            case "" -> GatewayMain.main(arguments);
            case "agent" -> AgentMain.run(environment);
            case "agent-rules" -> AgentRules.run(environment);
            default ->
                throw new KubetunException(
                        ErrorCode.USAGE,
                        "this image cannot run as " + String.join(" ", arguments),
                        "it is a gateway without arguments, an agent, or sets an agent's rules",
                        "Give the container no arguments, or one: agent, agent-rules");
        }
    }
}
