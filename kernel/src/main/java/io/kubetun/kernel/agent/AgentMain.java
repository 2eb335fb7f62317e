package io.kubetun.kernel.agent;

import io.kubetun.spi.KubetunException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program in the agent's container. SIGTERM drains it. */
public final class AgentMain {
    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);

    private AgentMain() {}

    /**
     * Runs until the container is stopped.
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
        agent.await();
    }

    private static void drain(Agent agent) {
        try {
            agent.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
