package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A pod.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid which of the pods that had this name over time
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded}, {@code Failed} or {@code Unknown}
 * @param terminating whether it is about to end
 * @param addresses its own addresses; none while it has the node's
 * @param intercepted how an agent that takes its traffic got into it; empty if there is none
 */
public record PodRecord(
        String namespace,
        String name,
        String uid,
        String phase,
        boolean terminating,
        List<InetAddress> addresses,
        Optional<Way> intercepted)
        implements Stored {

    /**
     * Trims a pod.
     *
     * @param pod as the API server sends it
     * @return what matters of it
     */
    static PodRecord of(Tree pod) {
        List<String> texts = pod.at("status", "podIPs").items().stream()
                .flatMap(ip -> ip.at("ip").text().stream())
                .toList();
        if (texts.isEmpty()) {
            texts = pod.at("status", "podIP").text().stream().toList();
        }
        boolean onNode = pod.at("spec", "hostNetwork").flag(false);
        return new PodRecord(
                Resource.namespace(pod),
                Resource.name(pod),
                pod.at("metadata", "uid").text().orElse(""),
                pod.at("status", "phase").text().orElse("Unknown"),
                pod.at("metadata", "deletionTimestamp").present(),
                onNode
                        ? List.of()
                        : texts.stream()
                                .flatMap(text -> Resource.address(text).stream())
                                .toList(),
                AgentState.way(pod));
    }

    /**
     * Says whether it has ended for good.
     *
     * @return true if no container of it runs again
     */
    public boolean ended() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    @Override
    public Collection<?> indexKeys() {
        return ended() ? List.of() : addresses;
    }
}
