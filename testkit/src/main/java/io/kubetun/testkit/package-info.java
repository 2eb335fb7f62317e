/** The cluster and what is in it: start at {@link io.kubetun.testkit.EmbeddedCluster}. */
package io.kubetun.testkit;
