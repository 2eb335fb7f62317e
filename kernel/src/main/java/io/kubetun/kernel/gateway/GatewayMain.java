package io.kubetun.kernel.gateway;

import io.kubetun.spi.KubetunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program in the gateway's container. SIGTERM drains it. */
public final class GatewayMain {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayMain.class);

    private GatewayMain() {}

    /**
     * Runs until the container is stopped.
     *
     * @param arguments none
     * @throws KubetunException if it cannot start
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] arguments) throws KubetunException, InterruptedException {
        Gateway gateway = Gateway.start(GatewaySettings.of(System.getenv()));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(() -> drain(gateway)));
        LOG.info("kubetun gateway: links on {}", gateway.address());
        gateway.await();
    }

    private static void drain(Gateway gateway) {
        try {
            LOG.info("draining for at most {} s", gateway.drainTime().toSeconds());
            gateway.drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
