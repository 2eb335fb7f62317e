/** The names that a pod can look up, answered from the catalog as the cluster's own name server would. */
package io.kubetun.kube.names;
