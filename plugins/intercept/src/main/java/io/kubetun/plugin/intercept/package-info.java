/** The cluster's traffic for a workload, to a process on this machine. */
package io.kubetun.plugin.intercept;
