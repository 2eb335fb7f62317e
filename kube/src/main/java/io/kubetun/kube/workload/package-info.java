/**
 * Intercepts: whether a workload's pods can have an agent, the patch that puts it there and the one that takes it out,
 * who holds it, and the pods that have it.
 */
package io.kubetun.kube.workload;
