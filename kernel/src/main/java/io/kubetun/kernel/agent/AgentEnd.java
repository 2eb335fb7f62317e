package io.kubetun.kernel.agent;

/** Why an agent ends. */
enum AgentEnd {
    /** Its container is stopped. */
    STOPPED,
    /** Somebody has asked for it, who may forward a port to the pod. */
    ASKED,
    /** No laptop was linked for as long as it waits for one. */
    IDLE
}
