package io.kubetun.kernel.agent;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program in the agent's container. SIGTERM drains it. In an ephemeral container it ends with 0 when it is asked to,
 * and with 1 when no laptop has come for some time.
 */
public final class AgentMain {
    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    /**
     * Runs until the container is stopped, or the agent shall end.
     *
     * @param environment the container's, see {@link AgentSettings}
     * @throws KubetunException if it cannot start
     * @throws InterruptedException if interrupted
     */
    public static void run(Map<String, String> environment) throws KubetunException, InterruptedException {
        AgentSettings settings = AgentSettings.of(environment);
        Agent agent = Agent.start(settings, environment.getOrDefault("HOSTNAME", "-"));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(() -> drain(agent)));
        LOG.info(
                "kubetun agent: links on 127.0.0.1:{}, takes {} and UDP {}, entrances {}",
                settings.port(),
                settings.tcp(),
                settings.udp(),
                settings.entrances());
        AgentEnd end = agent.await();
        if (end != AgentEnd.STOPPED) {
            LOG.info("kubetun agent: ends, {}", end);
            agent.drain();
        }
        if (end == AgentEnd.IDLE) {
            // Told from an end that was asked for by the container's exit code.
            throw new KubetunException(
                    ErrorCode.SESSION_LOST,
                    "the agent has ended",
                    "no link came for "
                            + settings.idle().map(Duration::toSeconds).orElse(0L) + " s",
                    "Intercept the workload again: kubetun intercept");
        }
    }

    private static void drain(Agent agent) {
        try {
            agent.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
