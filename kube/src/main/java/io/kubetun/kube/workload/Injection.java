package io.kubetun.kube.workload;

/**
 * What is put into which workload, by the way that was chosen.
 *
 * @param intercept what is wanted, and for whom
 * @param workload the workload as it was seen
 * @param ports what is taken of it
 * @param rungs a line for each way that was looked at, for {@code plan}
 */
record Injection(Intercept intercept, Workload workload, TakenPorts ports, String rungs) {
    /** The intercept as the journal knows it. */
    Owned owned() {
        return new Owned(
                workload.kind(), workload.namespace(), workload.name(), intercept.fingerprint(), intercept.session());
    }

    /** Adds to what a change does why it is this one. */
    String preview(String change) {
        return change + "; it takes " + ports + " to this machine" + rungs;
    }
}
