package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.Trouble;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why pods of a StatefulSet or a DaemonSet cannot be created: only events tell, where a Deployment has a condition. Those
 * that were there before do not count. Blocks. Who may not list events learns nothing. For one thread.
 */
final class FailedCreations {
    private static final Logger LOG = LoggerFactory.getLogger(FailedCreations.class);

    private final Workloads workloads;
    private final Owned owned;
    private final Set<String> before;

    FailedCreations(Workloads workloads, Owned owned) {
        this.workloads = workloads;
        this.owned = owned;
        this.before = events().stream().map(FailedCreations::version).collect(Collectors.toSet());
    }

    /** What has been told since. */
    Optional<Trouble> told() {
        return events().stream()
                .filter(event -> !before.contains(version(event)))
                .flatMap(event -> event.at("message").text().stream())
                .findFirst()
                .map(message -> new Trouble(message, true));
    }

    private List<Tree> events() {
        if (owned.kind() != Kind.STATEFULSET && owned.kind() != Kind.DAEMONSET) {
            return List.of();
        }
        try {
            return workloads.failedCreations(owned.kind(), owned.name());
        } catch (IOException e) {
            LOG.debug("it is not known why {} has no pods: {}", owned, ApiErrors.reason(e));
            return List.of();
        }
    }

    /** An event that is told again is the same one at another version. */
    private static String version(Tree event) {
        return event.at("metadata", "resourceVersion").text().orElse("");
    }
}
