/** The gateway: the kernel in a pod, without a cluster and without a user, leading the flows of links on. */
package io.kubetun.kernel.gateway;
