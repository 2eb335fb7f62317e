package io.kubetun.plugin.hostsfwd;

import java.util.List;

/** What one Service should have here. */
sealed interface ServicePlan {
    /**
     * It is forwarded.
     *
     * @param forwards the addresses, the Service's own first
     * @param remarks what the person should know of it
     */
    record Forwarded(List<ForwardPlan> forwards, List<String> remarks) implements ServicePlan {}

    /**
     * It is not.
     *
     * @param reason why, a whole sentence
     */
    record Skipped(String reason) implements ServicePlan {}
}
