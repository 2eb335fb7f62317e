/** The gateway's objects in the cluster: found, deployed, shared by leases, waited for and removed. */
package io.kubetun.kube.gateway;
