package io.kubetun.testkit.api;

import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.runtime.PodTable;
import io.kubetun.testkit.store.Admission;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.stream.Streams;

/**
 * What is behind the API server.
 *
 * @param version what it says its version is, such as {@code v1.34.4}
 * @param store the objects
 * @param admission completes new ones
 * @param pods the pods that run
 * @param accounts the users
 * @param faults the faults in force
 * @param streams port-forward and exec
 * @param requests counts requests
 */
public record Backend(
        String version,
        ObjectStore store,
        Admission admission,
        PodTable pods,
        Accounts accounts,
        ActiveFaults faults,
        Streams streams,
        RequestLog requests) {
    private static final int GET_NEEDS_CREATE = 35;

    /** Says whether a port-forward by GET needs {@code create}, too: Kubernetes 1.35 and later. */
    boolean getNeedsCreate() {
        return Integer.parseInt(version.split("\\.", -1)[1]) >= GET_NEEDS_CREATE;
    }
}
